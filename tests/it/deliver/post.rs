//! A project with mail, and the mail server that takes it: aiosmtpd, steered by `tests/smtp/server.py`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tierbook::deliver::{Delivered, Outside};
use tierbook::error::Errors;
use tierbook::run::{self, DeliverRequest};

use crate::support::{self, Project, Said};

/// The version of aiosmtpd, fetched once for all tests.
const AIOSMTPD: &str = "aiosmtpd==1.4.6";

/// A mail server on this machine, which goes with the value.
pub(super) struct Server {
    child: Child,
    lines: Receiver<String>,
    folder: TempDir,
    pub(super) port: u16,
}

/// A message that the server has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Received {
    pub(super) to: String,
    pub(super) bytes: Vec<u8>,
}

impl Received {
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    /// The value of a header.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        let text = self.text();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        let head = head.replace("\r\n ", " ");
        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))?;
        Some(line.to_owned())
    }

    pub(super) fn id(&self) -> String {
        self.header("Message-ID").unwrap()
    }
}

impl Server {
    pub(super) fn plain() -> Self {
        Self::start(&[])
    }

    pub(super) fn start(arguments: &[&str]) -> Self {
        let folder = quick_folder();
        let mut child = Command::new("python3")
            .args(["-W", "ignore"])
            .arg(support::repository().join("tests/smtp/server.py"))
            .arg(folder.path())
            .args(arguments)
            .env("PYTHONPATH", aiosmtpd())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("these tests need python3");
        let (sender, lines) = channel();
        let output: BufReader<ChildStdout> = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let first = lines.recv_timeout(Duration::from_secs(30)).expect("the mail server does not start");
        let port = first.strip_prefix("PORT ").unwrap().parse().unwrap();
        Self { child, lines, folder, port }
    }

    /// Waits until the server tells of a step.
    pub(super) fn wait_for(&self, step: &str) {
        while !self.lines.recv_timeout(Duration::from_secs(30)).expect("no such step").starts_with(step) {}
    }

    /// The lines that begin so, of those that the server has told and nobody has looked at.
    pub(super) fn told(&self, start: &str) -> Vec<String> {
        // What the server has told is here a moment after what it has done.
        std::thread::sleep(Duration::from_millis(100));
        self.lines.try_iter().filter(|line| line.starts_with(start)).collect()
    }

    /// Faults of the next connections, one each.
    pub(super) fn fail_connections(&self, faults: &[&str]) {
        fs::write(self.folder.path().join("connections"), faults.join("\n")).unwrap();
    }

    /// All that was taken, in order.
    pub(super) fn received(&self) -> Vec<Received> {
        let taken = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "received");
        let read = |path: &PathBuf| {
            let bytes = fs::read(path).unwrap();
            let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
            let to = String::from_utf8(bytes[..end].to_vec()).unwrap();
            Received { to, bytes: bytes[end + 1..].to_vec() }
        };
        support::files(self.folder.path()).iter().filter(|path| taken(path)).map(read).collect()
    }

    /// The addresses to which something has come, in order.
    pub(super) fn readers(&self) -> Vec<String> {
        self.received().into_iter().map(|received| received.to).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder in memory where there is one: what is waited for here is the disk.
pub(super) fn quick_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir()).unwrap()
}

/// Where aiosmtpd is; it is fetched by the first test that wants it, and kept beside the build.
fn aiosmtpd() -> &'static Path {
    static PLACE: OnceLock<PathBuf> = OnceLock::new();
    PLACE.get_or_init(|| {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(AIOSMTPD);
        if !place.is_dir() {
            let beside = place.with_extension(std::process::id().to_string());
            let install = |python: &Path| {
                let mut command = Command::new(python);
                command.args(["-m", "pip", "install", "--quiet", "--target"]).arg(&beside).arg(AIOSMTPD);
                command.status().is_ok_and(|status| status.success())
            };
            // Debian parts pip from Python; then it may come with an environment of its own.
            let venv = tempfile::tempdir().unwrap();
            let made = || {
                let venv = Command::new("python3").args(["-m", "venv"]).arg(venv.path()).status();
                venv.is_ok_and(|status| status.success())
            };
            let done = install(Path::new("python3")) || (made() && install(&venv.path().join("bin/python")));
            assert!(done, "these tests need python3 with pip or venv, and the network once, for {AIOSMTPD}");
            // Another process may have been faster.
            let _ = fs::rename(&beside, &place);
        }
        place
    })
}

/// Keys and certificates for `localhost`: one file with both, and the certificate alone.
pub(super) fn certificate(name: &str) -> (String, String) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    let (both, alone) = (folder.join("both.pem"), folder.join("certificate.pem"));
    if !alone.is_file() {
        fs::create_dir_all(&folder).unwrap();
        let config = folder.join("openssl.cnf");
        let text = format!(
            "[req]\ndistinguished_name=name\nx509_extensions=extensions\nprompt=no\n[name]\nCN={name}\n[extensions]\n\
             basicConstraints=critical,CA:FALSE\nsubjectAltName=DNS:{name}\nextendedKeyUsage=serverAuth\n"
        );
        fs::write(&config, text).unwrap();
        let key = folder.join("key.pem");
        let output = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
            .args(["-days", "2", "-config"])
            .arg(&config)
            .arg("-keyout")
            .arg(&key)
            .arg("-out")
            .arg(&alone)
            .output()
            .expect("these tests need openssl");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::write(
            &both,
            fs::read(&key).unwrap().into_iter().chain(fs::read(&alone).unwrap()).collect::<Vec<_>>(),
        )
        .unwrap();
    }
    (both.display().to_string(), alone.display().to_string())
}

/// A message for `reader` with a content of its own, as it stands in the index; its file is written below `folder`.
pub(super) fn message(folder: &Path, reader: &str, content: &str) -> Value {
    let short = &blake3::hash(format!("{reader} {content}").as_bytes()).to_hex()[..12];
    let file = format!("mail/new/brief.en.{short}.eml");
    let id = format!("<brief.2026-10-31.{short}@example.com>");
    let text = format!(
        "From: Reports <reports@example.com>\r\nTo: {}\r\nSubject: =?utf-8?b?566A5oql?=\r\n 2026-10-31\r\n\
         Date: Sat, 31 Oct 2026 23:59:59 +0800\r\nMessage-ID: {id}\r\nContent-Type: text/plain\r\n\r\n\
         {content}\r\n.\r\n..two dots\r\n\r\n",
        if reader.is_ascii() { reader } else { "undisclosed-recipients:;" },
    );
    fs::create_dir_all(folder.join("mail/new")).unwrap();
    fs::write(folder.join(&file), text).unwrap();
    json!({
        "file": file, "to": reader, "name": "Anna", "report": "brief", "language": "en", "rows": null,
        "content": content, "message_id": id, "subject": "简报 2026-10-31",
        "corrected_subject": "=?utf-8?b?5pu05q2j?= 2026-10-31",
    })
}

/// Puts messages with this content for these readers into an edition.
pub(super) fn put_mail(out: &Path, edition: &str, readers: &[&str], content: &str) {
    let folder = out.join("editions").join(edition);
    let messages: Vec<Value> = readers.iter().map(|reader| message(&folder, reader, content)).collect();
    fs::create_dir_all(folder.join("mail")).unwrap();
    let index = json!({"edition": edition, "as_of": &edition[..10], "messages": messages});
    fs::write(folder.join("mail/index.json"), index.to_string()).unwrap();
}

/// Delivers through the library. A process that another test is starting holds a lock of this one for a moment, which is
/// waited for.
pub(super) fn deliver(request: &DeliverRequest, outside: &Outside<'_>) -> Result<Delivered, Errors> {
    loop {
        match run::deliver(request, outside) {
            Err(errors) if errors.to_string().contains("is under way") => std::thread::yield_now(),
            result => return result,
        }
    }
}

/// A published project with a mail server.
pub(super) struct Post {
    pub(super) project: Project,
    pub(super) server: Server,
}

pub(super) const EDITION: &str = "2026-10-31.1";

impl Post {
    /// With a message for each reader, over a connection that is not secured.
    pub(super) fn new(readers: &[&str]) -> Self {
        Self::with(Server::plain(), readers, "security = \"none\"\n")
    }

    /// With these lines under `[mail.smtp]`.
    pub(super) fn with(server: Server, readers: &[&str], smtp: &str) -> Self {
        static PUBLISHED: LazyLock<Project> = LazyLock::new(|| {
            let project = Project::brief();
            support::published(&project.request());
            project
        });
        let project = PUBLISHED.copied();
        let config = format!(
            "{}\n[mail]\nfrom = \"Reports <reports@example.com>\"\nowner = \"owner@example.com\"\n\
             stale_after = \"36500 days\"\n\n[mail.smtp]\nserver = \"localhost\"\nport = {}\ntimeout = \"2s\"\n\
             retry_after = [\"10ms\", \"10ms\"]\n{smtp}",
            project.read("tierbook.toml"),
            server.port,
        );
        project.write("tierbook.toml", &config);
        put_mail(&project.path("book"), EDITION, readers, "one");
        Self { project, server }
    }

    /// Publishes the project as it is configured now, so that a further run changes nothing; gives the edition, which
    /// has a message for each reader.
    pub(super) fn publish(&self, readers: &[&str]) -> String {
        let edition = support::published(&self.project.request()).edition;
        put_mail(&self.project.path("book"), &edition, readers, "one");
        edition
    }

    /// `tierbook deliver`.
    pub(super) fn deliver(&self, arguments: &[&str]) -> Said {
        let arguments: Vec<&str> = ["deliver"].iter().chain(arguments).copied().collect();
        let said = self.project.tierbook(&arguments);
        let port = format!("localhost:{}", self.server.port);
        Said { err: said.err.replace(&port, "localhost:PORT"), ..said }
    }

    /// What a delivery that leaves something says on standard error.
    #[track_caller]
    pub(super) fn fails(&self, arguments: &[&str]) -> String {
        self.deliver(arguments).failed_with(4).err
    }

    /// `receipts.json`.
    pub(super) fn receipts(&self) -> Value {
        let text = self.project.read(&format!("book/editions/{EDITION}/receipts.json"));
        serde_json::from_str(&text).unwrap()
    }

    /// What became of each message, by the receipts.
    pub(super) fn states(&self) -> Vec<String> {
        let receipts = self.receipts();
        let messages = receipts["messages"].as_array().unwrap();
        messages.iter().map(|message| message["state"].as_str().unwrap().to_owned()).collect()
    }
}
