//! A connection that a test can cut: one address for the browser, behind it one server after the other, or none.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::PREFIX;

/// The switch; it ends when it is dropped.
pub struct Switch {
    address: SocketAddr,
    line: Arc<Mutex<Line>>,
    listening: JoinHandle<()>,
}

#[derive(Default)]
struct Line {
    server: Option<SocketAddr>,
    open: JoinSet<()>,
}

impl Switch {
    /// A switch with nothing behind it.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn start() -> Result<Switch> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let line = Arc::new(Mutex::new(Line::default()));
        let shared = line.clone();
        let listening = tokio::spawn(async move {
            while let Ok((mut browser, _)) = listener.accept().await {
                let mut line = shared.lock().unwrap_or_else(PoisonError::into_inner);
                // Without a server the connection is dropped at once, which browsers take for a network error.
                let Some(server) = line.server else { continue };
                line.open.spawn(async move {
                    if let Ok(mut server) = TcpStream::connect(server).await {
                        // An error ends the connection, as it should.
                        let _ = copy_bidirectional(&mut browser, &mut server).await;
                    }
                });
            }
        });
        Ok(Switch { address, line, listening })
    }

    /// Puts another server behind it, or none; connections to the one before are cut.
    pub fn to(&self, server: Option<SocketAddr>) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        *line = Line { server, open: JoinSet::new() };
    }

    /// The site's address, to type into a browser.
    pub fn url(&self) -> String {
        format!("http://{}{PREFIX}", self.address)
    }
}

impl Drop for Switch {
    fn drop(&mut self) {
        self.listening.abort();
    }
}
