//! Refreshing through what stands between a client and ORCID: proxies and TLS;
//! and which of ORCID's hosts is asked.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use crate::support::gateway::Gateway;
use crate::support::refresh::{Here, json, text};
use orcid_mock::{CLIENT_ID, CLIENT_SECRET};

const ALL: [&str; 6] = ["--all-in-dataset", "--strategy", "each", "--rate", "500", "--json"];
const PROXIES: [&str; 4] = ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"];

/// A command whose environment names no proxy.
fn without_proxies(mut command: Command) -> Command {
    for name in PROXIES {
        command.env_remove(name).env_remove(name.to_ascii_lowercase());
    }
    command
}

fn refresh(here: &Here, environment: &[(&str, &str)]) -> Output {
    without_proxies(here.command(&ALL)).envs(environment.iter().copied()).output().unwrap()
}

/// A refresh of ORCID itself, as far as a proxy that lets nobody through.
fn refresh_of_orcid(dataset: &Path, proxy: &Gateway, arguments: &[&str]) -> Output {
    let mut command = without_proxies(Command::new(env!("CARGO_BIN_EXE_orcidlake")));
    command.arg("refresh").arg(dataset).args(["--query", "a", "--tries", "1", "--timeout", "5"]);
    command.args(arguments).env("HTTPS_PROXY", proxy.url());
    command.env("XDG_CONFIG_HOME", dataset.with_file_name("config")).stdin(Stdio::null());
    command.output().unwrap()
}

#[test]
fn each_of_orcids_hosts_is_asked_by_its_options() {
    let here = Here::new(3, 5, &[]);
    let secret = here.write("secret", CLIENT_SECRET);
    let client = ["--client-id", CLIENT_ID, "--client-secret-file", &secret];
    for (arguments, expected) in [
        (vec![], "CONNECT pub.orcid.org:443"),
        (vec!["--sandbox"], "CONNECT pub.sandbox.orcid.org:443"),
        (vec!["--member"], "CONNECT api.orcid.org:443"),
        (vec!["--member", "--sandbox"], "CONNECT api.sandbox.orcid.org:443"),
        (client.to_vec(), "CONNECT orcid.org:443"),
        ([&client[..], &["--sandbox"]].concat(), "CONNECT sandbox.orcid.org:443"),
    ] {
        let proxy = Gateway::proxy();

        let output = refresh_of_orcid(&here.dataset, &proxy, &arguments);

        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
        assert!(text(&output).to_lowercase().contains("proxy"), "{}", text(&output));
        let asked = proxy.asked();
        assert!(!asked.is_empty() && asked.iter().all(|target| target == expected), "{expected}: {asked:?}");
    }
}

#[test]
fn proxies_are_taken_from_the_environment() {
    let here = Here::new(5, 5, &[]);
    let server = format!("CONNECT 127.0.0.1:{}", here.server.port());
    for (name, without, passes) in [
        ("HTTP_PROXY", "", true),
        ("http_proxy", "example.org", true),
        ("ALL_PROXY", "", true),
        ("HTTPS_PROXY", "", false),
        ("HTTP_PROXY", "localhost,127.0.0.1", false),
    ] {
        let (here, proxy) = (here.again(), Gateway::proxy());

        let output = refresh(&here, &[(name, &proxy.url()), ("NO_PROXY", without)]);

        assert_eq!(json(&output)["end"], "applied", "{name}: {}", text(&output));
        assert_eq!(proxy.asked().contains(&server), passes, "{name} {without}: {:?}", proxy.asked());
    }
}

#[test]
fn what_is_no_proxy_is_told_without_its_password() {
    let here = Here::new(3, 5, &[]);

    let output = refresh(&here, &[("HTTP_PROXY", "gopher://me:hush@one")]);

    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("HTTP_PROXY") && !text(&output).contains("hush"), "{}", text(&output));
    assert_eq!(here.server.log().total(), 0);
}

#[test]
fn tls_is_spoken_with_a_server_whose_certificate_is_trusted_and_with_no_other() {
    let here = Here::new(10, 5, &[]);
    let [certificate, other] = ["own.pem", "other.pem"].map(|name| here.path(name));
    let tls = Gateway::tls("localhost", here.server.port(), certificate.as_ref());
    let _other = Gateway::tls("localhost", here.server.port(), other.as_ref());
    let secret = here.write("secret", CLIENT_SECRET);
    let client = ["--client-id", CLIENT_ID, "--client-secret-file", &secret];
    let run = |trusted: &str, host: &str, more: &[&str]| {
        let mut command = without_proxies(Command::new(env!("CARGO_BIN_EXE_orcidlake")));
        command.arg("refresh").arg(&here.dataset).args(ALL).args(more);
        command.args(["--api-url", &format!("https://{host}:{}", tls.port)]);
        command.args(["--token-file", &here.path("token.json")]);
        command.env_remove("SSL_CERT_DIR").env("SSL_CERT_FILE", trusted).stdin(Stdio::null());
        command.output().unwrap()
    };

    let begun = Instant::now();
    let refused = [
        run(&other, "localhost", &[]),
        run(&other, "localhost", &client),
        run(&certificate, "127.0.0.1", &[]),
        run("/nowhere", "localhost", &[]),
    ];
    let time = begun.elapsed();
    let asked = here.server.log().total();
    let trusted = run(&certificate, "localhost", &client);

    for output in &refused {
        assert_eq!(output.status.code(), Some(2), "{}", text(output));
        let said = text(output);
        assert!(said.contains("cannot be trusted") && said.contains("SSL_CERT_FILE"), "{said}");
    }
    assert_eq!(asked, 0);
    assert!(time.as_secs() < 10, "nothing is gained by asking again: {time:?}");
    assert_eq!(json(&trusted)["end"], "applied", "{}", text(&trusted));
    assert_eq!((here.server.tokens_issued(), here.server.log().unauthorized()), (1, 0));
    here.assert_sound();
}
