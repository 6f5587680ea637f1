//! A folder with a scenario in it, in which the program runs as a user runs it.

use assert_cmd::Command;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// A folder with a scenario in it, in which the program runs.
pub struct Desk(pub TempDir);

impl Desk {
    pub fn with(scenario: &str) -> Self {
        let folder = tempfile::tempdir().expect("the system has room for a folder");
        fs::write(folder.path().join("my.toml"), scenario).expect("written");
        Desk(folder)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn kadsim(&self, arguments: &[&str]) -> Output {
        self.kadsim_with(&[], arguments)
    }

    /// Runs the program with these variables in its environment.
    pub fn kadsim_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
        let mut command = Command::cargo_bin("kadsim").expect("the program is built");
        command.current_dir(self.0.path()).args(arguments).timeout(Duration::from_secs(120));
        command.env_remove("RUST_LOG").envs(variables.iter().copied());
        command.output().expect("the program starts")
    }

    /// Runs the program, which succeeds, and gives what it prints.
    pub fn succeeds(&self, arguments: &[&str]) -> String {
        let output = self.kadsim(arguments);
        assert_eq!(text(&output.stderr), "", "{arguments:?}");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        text(&output.stdout)
    }

    /// Runs the program, which fails with this status, and gives its only message.
    pub fn fails(&self, arguments: &[&str], status: i32) -> String {
        let before = files(self.0.path());
        let output = self.kadsim(arguments);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {message}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
        assert_eq!(message.matches("error:").count(), 1, "one message: {message}");
        assert!(!message.contains("panicked"), "{message}");
        assert_eq!(files(self.0.path()), before, "{arguments:?} writes nothing");
        message
    }

    /// Starts the program and does not wait for it.
    pub fn starts(&self, arguments: &[&str]) -> Running {
        let program = std::process::Command::new(assert_cmd::cargo::cargo_bin!("kadsim"))
            .args(arguments)
            .current_dir(self.0.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Running(program.expect("the program starts"))
    }

    /// Interrupts `run my.toml` with these further arguments when its folder is there; it ends with
    /// the status of that.
    #[cfg(unix)]
    pub fn interrupt(&self, arguments: &[&str]) {
        let whole: Vec<&str> = ["run", "my.toml"].iter().chain(arguments).copied().collect();
        let mut child = self.starts(&whole);
        child.wait_for("its folder", |_| self.path("output").exists());
        child.signal("INT");
        child.wait_for("its end", |child| child.try_wait().expect("it can be asked").is_some());
        let status = child.0.wait().expect("it has ended");
        assert_eq!(status.code(), Some(130), "{status}");
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the program prints UTF-8")
}

/// Everything below a folder, hidden files too, by its path in it.
pub fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("readable") {
            let path = entry.expect("readable").path();
            let name = path.strip_prefix(folder).expect("it lies below");
            found.push(name.to_string_lossy().into_owned());
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A program under way, which does not outlive the test.
pub struct Running(pub std::process::Child);

impl Running {
    /// Asks again and again, for about a minute at most.
    pub fn wait_for(&mut self, what: &str, happened: impl Fn(&mut std::process::Child) -> bool) {
        const PAUSE: Duration = Duration::from_millis(20);
        let came = (0..3_000).any(|_| {
            happened(&mut self.0) || {
                std::thread::sleep(PAUSE);
                false
            }
        });
        assert!(came, "{what} does not come");
    }

    /// Sends a signal to it.
    pub fn signal(&self, name: &str) {
        let kill = std::process::Command::new("kill")
            .args([format!("-{name}"), self.0.id().to_string()])
            .status();
        assert!(kill.expect("there is kill").success(), "the program still runs");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended unless the test has failed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
