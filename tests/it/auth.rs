//! Tokens, through the program, from a local ORCID.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use orcid_mock::{CLIENT_ID, CLIENT_SECRET, Limits, LocalOrcid, World};
use serde_json::Value;

fn server() -> LocalOrcid {
    LocalOrcid::start(World::from_synth(3, 7), Limits::none())
}

fn auth(server: &LocalOrcid, config: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orcidlake"));
    command.arg("auth").args(arguments).args(["--api-url", &server.api_url()]);
    command.env("XDG_CONFIG_HOME", config).stdin(Stdio::null());
    command
}

fn both(output: &Output) -> String {
    [&output.stdout[..], &output.stderr[..]].concat().iter().map(|byte| *byte as char).collect()
}

#[test]
fn a_token_is_obtained_kept_used_again_and_forgotten() {
    let (server, folder) = (server(), tempfile::tempdir().unwrap());
    let file = folder.path().join("orcidlake/token.json");
    let secret = [("ORCIDLAKE_CLIENT_SECRET", CLIENT_SECRET), ("ORCIDLAKE_CLIENT_ID", CLIENT_ID)];

    let none = auth(&server, folder.path(), &["status"]).output().unwrap();
    let first = auth(&server, folder.path(), &[]).envs(secret).output().unwrap();
    let second = auth(&server, folder.path(), &["obtain"]).envs(secret).output().unwrap();
    let status = auth(&server, folder.path(), &["status", "--json"]).output().unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let forgotten = auth(&server, folder.path(), &["forget"]).output().unwrap();

    assert_eq!(none.status.code(), Some(1));
    assert_eq!((first.status.code(), second.status.code()), (Some(0), Some(0)), "{}", both(&first));
    assert_eq!(server.tokens_issued(), 1);
    let state: Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!((&state["client_id"], &state["scope"]), (&CLIENT_ID.into(), &"/read-public".into()));
    assert_eq!((&state["good"], &state["renewable"]), (&true.into(), &true.into()));
    let token: Value = serde_json::from_str(&text).unwrap();
    let token = token["tokens"][0]["access_token"].as_str().unwrap();
    for output in [&none, &first, &second, &status, &forgotten] {
        assert!(!both(output).contains(CLIENT_SECRET) && !both(output).contains(token), "{}", both(output));
    }
    assert_eq!(forgotten.status.code(), Some(0));
    assert!(!file.exists());
}

#[test]
fn the_secret_comes_from_standard_input_or_a_file_and_need_not_be_kept() {
    let (server, folder) = (server(), tempfile::tempdir().unwrap());
    let arguments = ["--client-id", CLIENT_ID, "--client-secret-file", "-", "--token-only"];
    let mut child = auth(&server, folder.path(), &arguments).stdin(Stdio::piped()).spawn().unwrap();

    child.stdin.take().unwrap().write_all(format!("{CLIENT_SECRET}\n").as_bytes()).unwrap();
    let status = child.wait().unwrap();

    assert_eq!(status.code(), Some(0));
    let text = std::fs::read_to_string(folder.path().join("orcidlake/token.json")).unwrap();
    assert!(!text.contains(CLIENT_SECRET) && text.contains("access_token"));
}

#[test]
fn a_wrong_secret_is_refused_without_being_shown() {
    let (server, folder) = (server(), tempfile::tempdir().unwrap());
    let arguments = ["--client-id", CLIENT_ID, "--client-secret", "guessed-secret"];

    let output = auth(&server, folder.path(), &arguments).output().unwrap();

    assert_eq!(output.status.code(), Some(2));
    let said = both(&output);
    assert!(
        said.contains("invalid_client") && said.contains("hint") && said.contains("list of processes"),
        "{said}"
    );
    assert!(!said.contains("guessed-secret"));
    assert!(!folder.path().join("orcidlake/token.json").exists());
}

#[test]
fn a_client_id_without_a_secret_says_how_to_give_one() {
    let (server, folder) = (server(), tempfile::tempdir().unwrap());

    let output = auth(&server, folder.path(), &["--client-id", CLIENT_ID]).output().unwrap();

    assert_eq!(output.status.code(), Some(2));
    assert!(both(&output).contains("--client-secret-file"), "{}", both(&output));
}

#[test]
fn a_secret_with_line_breaks_inside_is_never_sent_nor_shown() {
    let (server, folder) = (server(), tempfile::tempdir().unwrap());
    let run = |secret: String| {
        let secret = [("ORCIDLAKE_CLIENT_SECRET", secret.as_str()), ("ORCIDLAKE_CLIENT_ID", CLIENT_ID)];
        auth(&server, folder.path(), &[]).envs(secret).output().unwrap()
    };

    let broken = run("hush\nhush".to_owned());
    assert_eq!(broken.status.code(), Some(2));
    assert!(!both(&broken).contains("hush") && both(&broken).contains("a single word"), "{}", both(&broken));
    assert_eq!(server.tokens_issued(), 0);

    let around = run(format!("\u{feff}{CLIENT_SECRET}\r\n\u{200b}"));
    assert_eq!(around.status.code(), Some(0), "{}", both(&around));
}

#[cfg(unix)]
#[test]
fn a_token_file_that_others_can_read_is_mended_with_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let (server, folder) = (server(), tempfile::tempdir().unwrap());
    let secret = [("ORCIDLAKE_CLIENT_SECRET", CLIENT_SECRET), ("ORCIDLAKE_CLIENT_ID", CLIENT_ID)];
    auth(&server, folder.path(), &[]).envs(secret).output().unwrap();
    let file = folder.path().join("orcidlake/token.json");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();

    let status = auth(&server, folder.path(), &["status"]).output().unwrap();

    assert!(both(&status).contains("0600"), "{}", both(&status));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[cfg(unix)]
#[test]
fn our_own_folder_is_taken_from_others_and_one_that_is_shared_is_told_and_stays() {
    use std::os::unix::fs::PermissionsExt;
    let (server, folder) = (server(), tempfile::tempdir().unwrap());
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    let set = |path: &Path, mode: u32| {
        std::fs::create_dir_all(path).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let secret = [("ORCIDLAKE_CLIENT_SECRET", CLIENT_SECRET), ("ORCIDLAKE_CLIENT_ID", CLIENT_ID)];
    let own = folder.path().join("orcidlake");
    let other = folder.path().join("shared/orcidlake");
    let other_file = other.join("token.json");
    let named = ["--token-file", other_file.to_str().unwrap()];
    for (path, before, more, after, said) in [
        (&own, 0o755, &[][..], 0o700, Some("its mode is now 0700")),
        (&own, 0o770, &[], 0o700, Some("its mode is now 0700")),
        (&own, 0o700, &[], 0o700, None),
        (&other, 0o755, &named, 0o755, None),
        (&other, 0o777, &named, 0o777, Some("other users can write to")),
        (&other, 0o1777, &named, 0o1777, Some("other users can write to")),
    ] {
        set(path, before);

        let output = auth(&server, folder.path(), more).envs(secret).output().unwrap();

        assert_eq!(output.status.code(), Some(0), "{before:o}: {}", both(&output));
        assert_eq!(mode(path), after, "{before:o}: {}", both(&output));
        assert_eq!(mode(&path.join("token.json")), 0o600, "{before:o}");
        let warned = both(&output).contains("warning: other users");
        assert_eq!(warned, said.is_some(), "{before:o}: {}", both(&output));
        assert!(said.is_none_or(|said| both(&output).contains(said)), "{before:o}: {}", both(&output));
    }
}

#[test]
fn a_token_server_that_hangs_is_not_waited_for_beyond_the_timeout() {
    let folder = tempfile::tempdir().unwrap();
    // It takes connections, and never answers.
    let hanging = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/oauth/token", hanging.local_addr().unwrap());
    let begun = std::time::Instant::now();
    let arguments = ["--client-id", CLIENT_ID, "--token-url", &url, "--timeout", "1"];

    let output = auth(&server(), folder.path(), &arguments)
        .env("ORCIDLAKE_CLIENT_SECRET", CLIENT_SECRET)
        .output()
        .unwrap();

    assert_eq!(output.status.code(), Some(2), "{}", both(&output));
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}

#[test]
fn an_empty_client_id_is_refused() {
    let (server, folder) = (server(), tempfile::tempdir().unwrap());
    for id in ["", " ", "\u{200b}", "two words"] {
        let output = auth(&server, folder.path(), &["--client-id", id])
            .env("ORCIDLAKE_CLIENT_SECRET", CLIENT_SECRET)
            .output()
            .unwrap();

        assert_eq!(output.status.code(), Some(2), "{id:?}: {}", both(&output));
        assert!(both(&output).contains("a client id is one word"), "{id:?}: {}", both(&output));
    }
}
