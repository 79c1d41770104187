//! What serves the site to the browser: the project's own server, or a stock nginx where the environment variable `SERVER`
//! is `nginx`. Both serve below a sub-path: the site has to run from any folder of a host.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use site_server::Site;
use tempfile::TempDir;

/// Path below which the tests serve the site.
pub const PREFIX: &str = "/sub/path/";

/// A running server; it ends when it is dropped.
pub enum Server {
    /// The project's own, which `cargo xtask serve` starts, too.
    Own(Site),
    /// A stock nginx.
    Nginx(Nginx),
}

impl Server {
    /// Serves a folder on a free port of this machine, with the server that the environment chooses.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(folder: &Path) -> Result<Server> {
        match std::env::var_os("SERVER") {
            Some(name) if name == "nginx" => {
                let program = std::env::var("NGINX_PROGRAM").context("NGINX_PROGRAM does not name the program")?;
                Ok(Server::Nginx(Nginx::start(&program, folder)?))
            }
            Some(name) => bail!("SERVER: found `{}`, expected nginx or nothing", name.display()),
            None => Ok(Server::Own(Site::start(folder, PREFIX, 0).context("cannot serve the site")?)),
        }
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        match self {
            Server::Own(site) => site.address(),
            Server::Nginx(nginx) => nginx.address,
        }
    }

    /// The site's address, to type into a browser.
    pub fn url(&self) -> String {
        format!("http://{}{PREFIX}", self.address())
    }
}

/// A stock nginx: its own table of MIME types, and nothing set that a site could need.
pub struct Nginx {
    address: SocketAddr,
    process: Child,
    // Held for its drop, which removes the configuration.
    _folder: TempDir,
}

impl Nginx {
    /// Serves a folder on a free port of this machine.
    ///
    /// # Errors
    /// When `program` is no nginx, or does not start.
    pub fn start(program: &str, site: &Path) -> Result<Nginx> {
        let folder = tempfile::tempdir()?;
        // Free now; who else takes it meanwhile makes nginx fail below.
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let (here, site) = (folder.path().display(), site.canonicalize()?);
        let configuration = format!(
            "daemon off;\nmaster_process off;\npid {here}/pid;\nerror_log {here}/errors;\nevents {{}}\n\
             http {{\n  include /etc/nginx/mime.types;\n  default_type application/octet-stream;\n  access_log off;\n{}\
             \x20 server {{\n    listen {address};\n    location {PREFIX} {{ alias {}/; }}\n  }}\n}}\n",
            // Else it would write where only root may.
            ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                .map(|what| format!("  {what}_temp_path {here}/{what};\n"))
                .concat(),
            site.display()
        );
        let file = folder.path().join("nginx.conf");
        fs::write(&file, configuration)?;
        let mut process = Command::new(program)
            .arg("-c")
            .arg(&file)
            .arg("-e")
            .arg(folder.path().join("errors"))
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {program}"))?;
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            if let Some(status) = process.try_wait()? {
                bail!(
                    "nginx ended ({status}): {}",
                    fs::read_to_string(folder.path().join("errors")).unwrap_or_default()
                );
            }
            let patient = start.elapsed() < Duration::from_secs(5);
            if !patient {
                let _ = process.kill();
            }
            ensure!(patient, "nginx does not answer on {address}");
            sleep(Duration::from_millis(10));
        }
        Ok(Nginx { address, process, _folder: folder })
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
