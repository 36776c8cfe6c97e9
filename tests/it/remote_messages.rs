//! What is said of URLs that cannot be read or must not be followed, and what helps.

use crate::support::gateway::Gateway;
use crate::support::web::{Reply, Web, file};
use crate::support::{ONE, folder, gzip, orcidlake, record, run, tar, told};

#[test]
fn what_is_wrong_with_a_url_is_told_with_what_to_do() {
    let folder = folder();
    let archive = gzip(&tar(&[(&format!("{ONE}.xml"), record(ONE, "One", "").as_bytes())]));
    let page = Web::of(b"<!DOCTYPE html><html>Choose a licence</html>".to_vec());
    let good = Web::of(archive.clone());
    let plain = Web::start(move |asked| Reply { status: 200, body: archive.clone(), ..file(asked, &[], "") });
    let refused = Web::start(|_| Reply::status(403));
    let out = folder.path().join("out");
    let convert = |url: &str, more: &[&str]| {
        let output = run(&[&["convert", url, "--out", out.to_str().unwrap()], more].concat());
        (output.status.code(), told(&output))
    };
    for (url, more, messages) in [
        (page.url("a.tar.gz"), &[][..], &["is an HTML page", "the download gave this"][..]),
        (refused.url("a.tar.gz"), &[], &["status 403 (Forbidden)", "a signed URL may have expired"]),
        (good.url("a.tar.gz"), &["--index"], &["no index can be written beside", "leave out --index"]),
        (good.url("a.tar.gz"), &["--shard", "1/2"], &["has no index"]),
        (plain.url("a.tar.gz"), &["--shard", "1/2"], &["does not send parts of files", "download it first"]),
        ("s3:/bucket/a.tar.gz".into(), &[], &["one slash", "two slashes"]),
        ("ftp://host/a.tar.gz".into(), &[], &["scheme that is not known", "https"]),
    ] {
        let (status, text) = convert(&url, more);

        assert_eq!(status, Some(2), "{url}: {text}");
        messages.iter().for_each(|message| assert!(text.contains(message), "{url}: {text}"));
    }
    assert!(!out.exists() || !out.join("orcidlake.json").exists());
    let (status, text) = convert(&plain.url("a.tar.gz"), &[]);
    assert_eq!(status, Some(0), "{text}");
    let index = run(&["index", &good.url("a.tar.gz")]);
    assert!(told(&index).contains("is on a web server"), "{}", told(&index));
    // Without ranges there is no index, wherever it would be.
    let elsewhere = folder.path().join("a.idx");
    let (whole, parts) = (plain.url("a.tar.gz"), folder.path().join("parts.jsonl"));
    for arguments in [
        &["index", &whole, "--out", elsewhere.to_str().unwrap()][..],
        &["plan", &whole, "--parts", "2", "--index-tasks", parts.to_str().unwrap()],
    ] {
        let refused = run(arguments);
        let text = told(&refused);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(
            text.contains("does not send parts of files") && text.contains("download it first"),
            "{text}"
        );
        assert!(!text.contains("needs no index") && !elsewhere.exists(), "{text}");
    }
}

#[test]
fn an_archive_that_changes_before_it_is_read_is_told_of_a_plan_only_where_there_is_one() {
    let folder = folder();
    let archives =
        ["One", "Other"].map(|name| gzip(&tar(&[(&format!("{ONE}.xml"), record(ONE, name, "").as_bytes())])));
    let changing = |requests: usize| {
        let archives = archives.clone();
        Web::start(move |asked| match asked.path.contains(".idx") {
            true => Reply::status(404),
            // Nothing but the bytes tells one state from the other.
            false => file(asked, &archives[usize::from(asked.number >= requests)], "").without("ETag"),
        })
    };
    let out = folder.path().join("out");
    let out = out.to_str().unwrap();

    let web = changing(1);
    let converted = run(&["convert", &web.url("a.tar.gz"), "--out", out]);
    let planned = changing(1);
    let task = run(&["plan", &planned.url("a.tar.gz"), "--parts", "1"]);
    let task = String::from_utf8(task.stdout).unwrap();
    // The plan has asked once or twice, and the file is another one from the second request on.
    let part = run(&["part", task.trim(), "--out", out]);

    for (output, message, hint, is_planned) in [
        (&converted, "has changed since this run began", "run the same command again", false),
        (&part, "has changed since the task was planned", "plan the conversion again", true),
    ] {
        let text = told(output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(message) && text.contains(hint), "{text}");
        assert_eq!(text.contains("plan"), is_planned, "{text}");
    }
}

#[test]
fn a_dataset_is_not_followed_to_other_schemes() {
    for location in ["file:///etc/hostname", "ftp://127.0.0.1/hush", "/round"] {
        let web = Web::start(move |_| Reply::status(302).with("Location", location));

        let output = run(&["verify", &web.url("orcid")]);

        let text = told(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        let expected = if location == "/round" { "more than 10 times" } else { "only http and https" };
        assert!(text.contains(expected) && !text.contains("hush"), "{location}: {text}");
    }
}

#[test]
fn tls_is_not_left_unless_the_user_allows_it() {
    let folder = folder();
    let archive = gzip(&tar(&[(&format!("{ONE}.xml"), record(ONE, "One", "").as_bytes())]));
    let plain = Web::of(archive);
    let elsewhere = plain.url("a.tar.gz");
    let leads = Web::start(move |_| Reply::status(302).with("Location", &elsewhere));
    let certificate = folder.path().join("certificate.pem");
    let tls = Gateway::tls("localhost", leads.port, &certificate);
    let url = format!("https://localhost:{}/a.tar.gz", tls.port);
    let inspect = |more: &[&str], trusted: bool| {
        let mut command = orcidlake(&[&["inspect", &url], more].concat());
        command.env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR");
        if trusted {
            command.env("SSL_CERT_FILE", &certificate);
        }
        command.output().unwrap()
    };

    let (untrusted, refused) = (inspect(&[], false), inspect(&[], true));
    let allowed = inspect(&["--storage-option", "allow_http=true"], true);

    assert!(told(&untrusted).contains("is not trusted"), "{}", told(&untrusted));
    assert!(told(&refused).contains("without TLS"), "{}", told(&refused));
    assert!(told(&refused).contains("allow_http=true"), "{}", told(&refused));
    assert_eq!(allowed.status.code(), Some(0), "{}", told(&allowed));
}
