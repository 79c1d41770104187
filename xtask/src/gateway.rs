//! The page before a gateway that people run, LiteLLM's proxy, in a virtual environment made for it.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::command::{root, run, target};
use crate::{python, setup, test};

/// Whether it is installed; without the setting it would look for prices in the network.
const PROBE: &str = "import os; os.environ['LITELLM_LOCAL_MODEL_COST_MAP'] = 'True'; from litellm import run_server";
/// How long it may take to start: a few seconds, on a busy machine many more.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs the browser tests of the module `gateway` with the gateway's address in the environment variable `GATEWAY`.
pub fn gateway() -> Result<()> {
    let driver = setup::chromium()?;
    let sources = root().join("tests").join("gateway");
    let python = python::environment("gateway", &sources.join("requirements.txt"), PROBE)?;
    let mut tests = test::of_the_site(&driver)?;
    let gateway = Gateway::start(&python, &sources.join("config.yaml"))?;
    println!("The gateway answers on {}.", gateway.address);
    run(tests.env("GATEWAY", format!("http://{}", gateway.address)).args(["--test", "browser", "gateway::"]))
}

/// A running gateway; it ends when it is dropped.
struct Gateway {
    address: SocketAddr,
    process: Child,
}

impl Gateway {
    /// Starts it on a free port of this machine, and waits until it answers.
    fn start(python: &Path, config: &Path) -> Result<Gateway> {
        // A folder of its own: it reads settings from the one that it runs in.
        let folder = target().join("gateway");
        fs::create_dir_all(&folder)?;
        let log = folder.join("log");
        let output = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        // Free now; who else takes it meanwhile makes the gateway end below.
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let process = Command::new(python)
            .current_dir(folder)
            .args(["-c", "from litellm import run_server; run_server()", "--config"])
            .arg(config)
            .args(["--host", "127.0.0.1", "--port", &address.port().to_string()])
            .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
            // It takes any key: the page has to send one, but none is worth keeping here.
            .env("LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY", "true")
            .env_remove("LITELLM_MASTER_KEY")
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start {}", python.display()))?;
        let mut gateway = Gateway { address, process };
        let start = Instant::now();
        while !is_alive(address) {
            let ended = gateway.process.try_wait()?;
            if ended.is_some() || start.elapsed() > PATIENCE {
                let how = ended.map_or("does not answer".into(), |status| format!("ended ({status})"));
                bail!("the gateway {how}: {}", fs::read_to_string(&log).unwrap_or_default());
            }
            sleep(Duration::from_millis(100));
        }
        Ok(gateway)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whether the gateway says that it is ready.
fn is_alive(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut connection = TcpStream::connect(address)?;
        connection.set_read_timeout(Some(Duration::from_secs(5)))?;
        connection.write_all(b"GET /health/liveliness HTTP/1.0\r\n\r\n")?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.split(' ').nth(1) == Some("200"))
}
