//! The client against a server that answers as it is told.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;

use super::*;

const PERSON: &str = r#"{"access_token":"acc-1","token_type":"bearer","refresh_token":"ref-1","scope":"/read-limited",
    "orcid":"0000-0002-1825-0097","name":"Sofia Garcia","expires_in":100}"#;

/// A server that gives these answers, one a connection; what it is asked comes through the channel.
fn server(answers: Vec<String>) -> (OauthClient, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = Issuer::at(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let (sender, asked) = mpsc::channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            while !is_whole(&request) {
                let mut bytes = [0; 4_096];
                let length = stream.read(&mut bytes).unwrap();
                request.extend_from_slice(&bytes[..length]);
            }
            sender.send(String::from_utf8(request).unwrap()).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let credentials = Credentials { client_id: "APP-1".to_owned(), client_secret: Secret::new("hush-hush") };
    let client = OauthClient::new(issuer, credentials, "test/1", None, Duration::from_secs(10)).unwrap();
    (client, asked)
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let chunked = head.contains("transfer-encoding");
    if chunked {
        body.ends_with("0\r\n\r\n")
    } else {
        length.is_none_or(|length| body.len() >= length.parse().unwrap())
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

#[test]
fn a_code_is_exchanged_by_a_form_with_the_same_redirect_uri() {
    let (client, asked) = server(vec![answer("200 OK", "content-type: application/json\r\n", PERSON)]);

    let tokens = client.exchange(&Secret::new("code-1"), "https://p.example/cb").unwrap();

    assert_eq!(tokens.orcid.unwrap().as_str(), "0000-0002-1825-0097");
    let request = asked.recv().unwrap();
    assert!(request.starts_with("POST /oauth/token HTTP/1.1"), "{request}");
    for part in [
        "client_id=APP-1",
        "client_secret=hush-hush",
        "grant_type=authorization_code",
        "code=code-1",
        "redirect_uri=https%3A%2F%2Fp.example%2Fcb",
    ] {
        assert!(request.contains(part), "{part}: {request}");
    }
    assert!(!request.to_ascii_lowercase().contains("authorization:"), "{request}");
}

#[test]
fn whatever_goes_wrong_is_a_fault_that_shows_no_secret() {
    let json = "content-type: application/json\r\n";
    let echo = r#"{"error":"invalid_grant","error_description":"Reused authorization code: code-1"}"#;
    let nobody = PERSON.replace("0000-0002-1825-0097", "");
    for (answered, passing, said) in [
        (answer("400 Bad Request", json, echo), false, "invalid_grant"),
        (
            answer("500 Oops", json, r#"{"error":"server_error","error_description":"code-1"}"#),
            false,
            "server_error",
        ),
        (answer("401 No", json, r#"{"error":"code-1"}"#), false, "without a name"),
        (answer("307 Go", "location: http://127.0.0.1:9/\r\n", ""), true, "redirect"),
        (answer("503 Busy", "", ""), true, "busy"),
        (answer("403 No", "content-type: text/html\r\n", "<html>captcha</html>"), true, "not JSON"),
        (answer("200 OK", json, " <!doctype html>"), true, "not JSON"),
        (answer("200 OK", json, "{}"), false, "cannot be used"),
        (answer("200 OK", json, &nobody), false, "names nobody"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{".to_owned(), true, "did not answer"),
        (String::new(), true, "did not answer"),
    ] {
        let (client, asked) = server(vec![answered.clone()]);

        let error = client.exchange(&Secret::new("code-1"), "https://p.example/cb").unwrap_err();

        let shown = format!("{error} {error:?}");
        assert!(shown.contains(said) && error.is_passing() == passing, "{answered}: {shown}");
        assert!(!shown.contains("code-1") && !shown.contains("hush"), "{shown}");
        assert_eq!(asked.iter().count(), 1, "a code is sent once: {answered}");
    }
}

#[test]
fn tokens_are_refreshed_with_fewer_scopes_and_revoked() {
    let empty = answer("200 OK", "", "");
    let page = answer("200 OK", "content-type: text/html\r\n", "<html></html>");
    let pair = answer("200 OK", "content-type: application/json\r\n", PERSON);
    let (client, asked) = server(vec![pair, empty, page]);

    let fresh = client.refresh(&Secret::new("ref-0"), Some("/read-limited")).unwrap();
    client.revoke(&Secret::new("acc-0")).unwrap();
    let unsure = client.revoke(&Secret::new("acc-0"));

    assert_eq!(fresh.refresh_token.unwrap().reveal(), "ref-1");
    assert!(unsure.unwrap_err().is_passing());
    let (refreshed, revoked) = (asked.recv().unwrap(), asked.recv().unwrap());
    assert!(
        refreshed.contains("refresh_token=ref-0") && refreshed.contains("scope=%2Fread-limited"),
        "{refreshed}"
    );
    assert!(revoked.starts_with("POST /oauth/revoke") && revoked.contains("token=acc-0"), "{revoked}");
}

#[test]
fn a_token_of_the_client_must_be_good_for_its_scope() {
    let json = "content-type: application/json\r\n";
    let body = r#"{"access_token":"t","token_type":"bearer","scope":"/read-public","orcid":null}"#;
    let (client, _asked) = server(vec![answer("200 OK", json, body), answer("200 OK", json, body)]);

    assert!(client.client_token("/webhook").is_err());
    assert!(client.client_token("/read-public").unwrap().orcid.is_none());
}

#[test]
fn a_webhook_is_registered_by_its_encoded_address_which_no_error_shows() {
    let answers = vec![
        answer("201 Created", "", ""),
        answer("404 Not Found", "", r#"{"error-code":9028}"#),
        answer("403 Forbidden", "", r#"{"error-code":9014}"#),
    ];
    let (client, asked) = server(answers);
    let (token, url) = (Secret::new("acc-2"), "https://p.example/webhook/hush-word");
    let orcid = "0000-0002-1825-0097";

    client.register_webhook(&token, orcid, url).unwrap();
    client.remove_webhook(&token, orcid, url).unwrap();
    let refused = client.register_webhook(&token, orcid, url).unwrap_err().to_string();

    assert!(refused.contains("403") && !refused.contains("hush") && !refused.contains("acc-2"), "{refused}");
    let (put, delete) = (asked.recv().unwrap(), asked.recv().unwrap());
    let path = "/0000-0002-1825-0097/webhook/https%3A%2F%2Fp.example%2Fwebhook%2Fhush-word HTTP/1.1";
    assert!(
        put.starts_with(&format!("PUT {path}")) && delete.starts_with(&format!("DELETE {path}")),
        "{put}{delete}"
    );
    assert!(put.to_ascii_lowercase().contains("authorization: bearer acc-2"), "{put}");
}

#[test]
fn a_token_is_accepted_refused_or_nobody_says() {
    let json = "content-type: application/json\r\n";
    let answers = vec![
        answer("200 OK", json, r#"{"sub":"0000-0002-1825-0097"}"#),
        answer("403 Forbidden", json, r#"{"error":"access_denied"}"#),
        answer("403 Forbidden", "content-type: text/html\r\n", "<html>captcha</html>"),
        answer("503 Unavailable", json, "{}"),
    ];
    let (client, asked) = server(answers);
    let token = Secret::new("acc-3");

    let said: Vec<Option<bool>> = (0..4).map(|_| client.accepts(&token).ok()).collect();

    assert_eq!(said, [Some(true), Some(false), None, None]);
    let request = asked.recv().unwrap();
    assert!(request.starts_with("GET /oauth/userinfo HTTP/1.1"), "{request}");
    assert!(request.to_ascii_lowercase().contains("authorization: bearer acc-3"), "{request}");
}
