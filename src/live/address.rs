//! The address of a model's server, read strictly: what a browser would read in another way than a person is refused.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longest address, in bytes.
const LONGEST: usize = 1_000;

/// An address without user, query and fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    secure: bool,
    host: Host,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Host {
    Name(String),
    Ip(IpAddr),
}

impl Address {
    /// Reads `http://` or `https://`, a host, perhaps a port, perhaps a path. The error says what was expected.
    pub(super) fn read(text: &str) -> std::result::Result<Address, &'static str> {
        if text.len() > LONGEST {
            return Err("an address of at most 1,000 bytes");
        }
        let (scheme, rest) = text.split_once("://").unwrap_or_default();
        let secure = match scheme {
            _ if scheme.eq_ignore_ascii_case("https") => true,
            _ if scheme.eq_ignore_ascii_case("http") => false,
            _ => return Err("an address that begins with https:// or http://"),
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        check_path(path)?;
        let (host, port) = match authority.strip_prefix('[') {
            Some(rest) => {
                let (host, after) = rest.split_once(']').ok_or("a host such as [::1]")?;
                let port = if after.is_empty() { None } else { Some(after.strip_prefix(':').ok_or("a port")?) };
                (ipv6(host)?, port)
            }
            None => match authority.split_once(':') {
                Some((host, port)) => (name_or_ipv4(host)?, Some(port)),
                None => (name_or_ipv4(authority)?, None),
            },
        };
        let port = port.map(read_port).transpose()?.filter(|port| *port != if secure { 443 } else { 80 });
        Ok(Address { secure, host, port })
    }

    /// Whether what is sent there is encrypted.
    pub(super) fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether it is this very machine.
    pub(super) fn is_this_machine(&self) -> bool {
        match &self.host {
            Host::Name(name) => name == "localhost",
            Host::Ip(ip) => ip.is_loopback(),
        }
    }

    /// Whether it is this machine or one of a private network.
    pub(super) fn is_local(&self) -> bool {
        let private = match &self.host {
            Host::Name(_) => false,
            Host::Ip(IpAddr::V4(ip)) => ip.is_private() || ip.is_link_local(),
            Host::Ip(IpAddr::V6(ip)) => ip.is_unique_local() || ip.is_unicast_link_local(),
        };
        private || self.is_this_machine()
    }

    /// Scheme, host and port as a browser writes an origin: in lower case, without the scheme's own port.
    pub(super) fn origin(&self) -> String {
        let mut origin = String::from(if self.secure { "https://" } else { "http://" });
        // Writing to a string cannot fail.
        let _ = match &self.host {
            Host::Name(name) => write!(origin, "{name}"),
            Host::Ip(IpAddr::V4(ip)) => write!(origin, "{ip}"),
            Host::Ip(IpAddr::V6(ip)) => write!(origin, "[{ip}]"),
        };
        if let Some(port) = self.port {
            let _ = write!(origin, ":{port}");
        }
        origin
    }
}

/// Plain segments only: `..` would leave the path, and `?`, `#`, `%` and `\` mean other things than they seem.
fn check_path(path: &str) -> std::result::Result<(), &'static str> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    let fine = |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(plain);
    match path.is_empty() || path.split('/').all(fine) {
        true => Ok(()),
        false => Err("a path of plain letters, digits and - _ . ~ between single slashes"),
    }
}

fn read_port(port: &str) -> std::result::Result<u16, &'static str> {
    let plain = port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0');
    port.parse().ok().filter(|_| plain).ok_or("a port from 1 to 65535")
}

fn ipv6(host: &str) -> std::result::Result<Host, &'static str> {
    // An IPv4 address within one is written in two ways: only one of them is a browser's.
    let read = host.parse::<Ipv6Addr>().ok().filter(|ip| ip.to_ipv4_mapped().is_none());
    read.map(|ip| Host::Ip(ip.into())).ok_or("an IPv6 address such as [::1]")
}

fn name_or_ipv4(host: &str) -> std::result::Result<Host, &'static str> {
    // A browser reads `127.1`, `0x7f.1` and `2130706433` as IPv4: a host whose last part begins with a digit is one, and
    // written out.
    if host.rsplit('.').next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_digit())) {
        let read = host.parse::<Ipv4Addr>();
        return read.map(|ip| Host::Ip(ip.into())).map_err(|_| "an IPv4 address such as 127.0.0.1");
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    match host.len() <= 253 && host.split('.').all(label) {
        true => Ok(Host::Name(host.to_ascii_lowercase())),
        false => Err("a host such as api.example.org, of plain letters, digits and hyphens"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        for (address, origin) in [
            ("https://API.example.ORG/v1", "https://api.example.org"),
            ("HTTPS://a.b:443/", "https://a.b"),
            ("http://localhost:80", "http://localhost"),
            ("http://localhost:443/v1/", "http://localhost:443"),
            ("http://127.0.0.1:11434/v1", "http://127.0.0.1:11434"),
            ("http://[0:0::1]:8000/v1", "http://[::1]:8000"),
            ("https://[FE80::A]/x.y/~z", "https://[fe80::a]"),
        ] {
            assert_eq!(Address::read(address).unwrap().origin(), origin, "{address}");
        }
    }

    #[test]
    fn what_is_local() {
        let local = |address: &str| {
            let address = Address::read(address).unwrap();
            (address.is_this_machine(), address.is_local())
        };
        for address in ["http://localhost", "http://127.3.2.1", "http://[::1]"] {
            assert_eq!(local(address), (true, true), "{address}");
        }
        for address in
            ["http://10.0.0.1", "http://172.31.0.1", "http://192.168.1.9", "http://[fd00::1]", "http://[fe80::1]"]
        {
            assert_eq!(local(address), (false, true), "{address}");
        }
        for address in ["http://8.8.8.8", "http://172.32.0.1", "http://localhost.evil", "http://[2001:db8::1]"] {
            assert_eq!(local(address), (false, false), "{address}");
        }
    }

    #[test]
    fn tricks_are_refused() {
        for address in [
            "",
            "localhost:8000",
            "ftp://a.b",
            "https://",
            "https:///v1",
            "https:/a.b",
            "https:\\\\a.b",
            "https://a.b\\c",
            "https://a.b\\@evil",
            "https://user@a.b",
            "https://user:pass@a.b",
            "https://a.b?x",
            "https://a.b/v1?x=1",
            "https://a.b/v1#x",
            "https://a.b/../v1",
            "https://a.b/./v1",
            "https://a.b//v1",
            "https://a.b/%2e%2e/v1",
            "https://a.b/v1 ",
            " https://a.b/v1",
            "https://a.b\t/v1",
            "https://a .b",
            "https://a..b",
            "https://a.b.",
            "https://-a.b",
            "https://exämple.org",
            "https://аpi.openai.com",
            "https://a.b/vé",
            "https://a.b:",
            "https://a.b:0",
            "https://a.b:080",
            "https://a.b:65536",
            "https://a.b:+80",
            "https://a.b:80:80",
            "https://[::1",
            "https://[::1]x",
            "https://[::ffff:1.2.3.4]",
            "https://[::1%25eth0]",
            "http://127.1",
            "http://0x7f.0.0.1",
            "http://0177.0.0.1",
            "http://2130706433",
            "http://256.0.0.1",
        ] {
            assert!(Address::read(address).is_err(), "{address}");
        }
        assert!(Address::read(&format!("https://a.b/{}", "x".repeat(1_000))).is_err());
    }
}
