//! `listen` and `send` over HTTP as programs, and what they say of credentials: nothing.

use std::process::ExitStatus;

use super::cli::{ADMIT, folder};
use super::cli_wire::{Running, listen, pipehat};

/// `send` with these arguments, and these variables in its environment.
fn send(arguments: &[&str], variables: &[(&str, &str)]) -> (String, String, ExitStatus) {
    let mut command = pipehat();
    command
        .env_remove("PIPEHAT_HTTP_AUTH")
        .envs(variables.iter().copied());
    let end = command
        .arg("send")
        .args(arguments)
        .output()
        .expect("the program");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (told, said) = (text(&end.stdout), text(&end.stderr));
    assert!(
        !told.contains("geheim") && !said.contains("geheim"),
        "{told}{said}"
    );
    (told, said, end.status)
}

fn stop(listener: Running) {
    let mut child = listener.child;
    child.kill().expect("an end");
    child.wait().expect("an end");
}

#[test]
fn messages_go_to_a_url_with_credentials() {
    let folder = folder(&[("one.hl7", ADMIT.as_bytes()), ("auth", b"lab:geheim\n")]);
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (one, auth) = (path("one.hl7"), path("auth"));
    let listener = listen(&[
        "--layer",
        "http",
        "--http-path",
        "/hl7",
        "--http-auth",
        &auth,
    ]);
    let url = format!("http://127.0.0.1:{}/hl7", listener.port);

    let (told, said, status) = send(&[&url, &one, "--http-auth", &auth, "--json"], &[]);
    assert!(told.contains(r#""event":"accepted""#), "{told}");
    assert!(said.contains("the credentials go unencrypted"), "{said}");
    assert_eq!(status.code(), Some(0), "{said}");

    let (told, said, status) = send(&[&url, &one], &[("PIPEHAT_HTTP_AUTH", "lab:geheim")]);
    assert_eq!(status.code(), Some(0), "{told}{said}");

    let inside = format!("http://lab:geheim@127.0.0.1:{}/hl7", listener.port);
    let (told, said, status) = send(&[&inside, &one], &[]);
    assert!(
        said.contains("can read the credentials in the URL"),
        "{said}"
    );
    assert_eq!(status.code(), Some(0), "{told}{said}");

    let (told, _, status) = send(&[&url, &one], &[]);
    assert!(told.contains("given back: HTTP status 401"), "{told}");
    assert_eq!(status.code(), Some(1));

    let other = format!("http://127.0.0.1:{}/adt", listener.port);
    let (told, _, status) = send(&[&other, &one, "--http-auth", &auth], &[]);
    assert!(told.contains("given back: HTTP status 404"), "{told}");
    assert_eq!(status.code(), Some(1));
    stop(listener);
}

#[test]
fn what_is_saved_over_http_is_read_by_the_other_commands() {
    let folder = folder(&[("one.hl7", ADMIT.as_bytes())]);
    let path = |name: &str| folder.path().join(name).display().to_string();
    let listener = listen(&["--layer", "http", "--save", &path("kept"), "--count", "1"]);
    let url = format!("http://${{HL7_HOST}}:{}", listener.port);
    let variables = [("HL7_HOST", "127.0.0.1")];
    let (told, said, status) = send(&[&url, &path("one.hl7")], &variables);
    assert_eq!(status.code(), Some(0), "{told}{said}");
    let mut child = listener.child;
    assert_eq!(child.wait().expect("its end").code(), Some(0));
    let get = pipehat()
        .args(["get", "MSH-10", "--", &path("kept")])
        .output();
    let get = get.expect("the program");
    assert_eq!(String::from_utf8_lossy(&get.stdout), "M1\n");
}

#[test]
fn variables_of_the_environment_name_hosts_and_ports() {
    let folder = folder(&[("one.hl7", ADMIT.as_bytes())]);
    let one = folder.path().join("one.hl7").display().to_string();
    let listener = listen(&["--layer", "http", "--count", "1"]);
    let port = listener.port.to_string();
    let variables = [("HL7_PORT", port.as_str()), ("HL7_AUTH", "lab:geheim")];
    let url = "http://${HL7_AUTH}@127.0.0.1:${HL7_PORT}/";
    let (told, said, status) = send(&[url, &one], &variables);
    assert_eq!(status.code(), Some(0), "{told}{said}");
    assert!(!said.contains("can read the credentials"), "{said}");
    stop(listener);
    let (_, said, status) = send(&["${HL7_NONE}:2575", &one], &[]);
    assert!(said.contains("the variable HL7_NONE is not set"), "{said}");
    assert_eq!(status.code(), Some(2));
    let end = pipehat().args(["listen", "${HL7_NONE}"]).output();
    let said = end.expect("the program").stderr;
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains("the variable HL7_NONE is not set"), "{said}");
}

#[test]
fn https_trusts_a_file_or_the_system() {
    let folder = folder(&[("one.hl7", ADMIT.as_bytes())]);
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (one, pem) = (path("one.hl7"), path("ours.pem"));
    let listener = listen(&["--layer", "http", "--tls-self-signed", &pem]);
    let url = format!("https://localhost:{}/", listener.port);
    let (told, said, status) = send(&[&url, &one, "--tls-ca", &pem], &[]);
    assert_eq!(status.code(), Some(0), "{told}{said}");
    // The same file as what the system trusts.
    let (told, said, status) = send(&[&url, &one], &[("SSL_CERT_FILE", &pem)]);
    assert_eq!(status.code(), Some(0), "{told}{said}");
    let plain = format!("localhost:{}", listener.port);
    let variables = [("SSL_CERT_FILE", pem.as_str())];
    let (told, said, status) = send(&[&plain, &one, "--layer", "http", "--tls"], &variables);
    assert_eq!(status.code(), Some(0), "{told}{said}");
    stop(listener);
    let other = listen(&["--layer", "http", "--tls-self-signed", &path("others.pem")]);
    let url = format!("https://localhost:{}/", other.port);
    let (told, _, status) = send(&[&url, &one, "--tls-ca", &pem], &[]);
    assert!(told.contains("not sent: the certificate of"), "{told}");
    assert_eq!(status.code(), Some(1));
    stop(other);
}

#[test]
fn what_contradicts_itself_is_refused_with_the_way_out() {
    let folder = folder(&[("auth", b"lab:geheim"), ("bad", b"geheim")]);
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (auth, bad) = (path("auth"), path("bad"));
    for (arguments, expect) in [
        (
            &["listen", "0", "--http-path", "/x"][..],
            "go with --layer http",
        ),
        (
            &["listen", "0", "--http-auth", &auth],
            "go with --layer http",
        ),
        (
            &["listen", "0", "--layer", "http", "--http-path", "x"],
            "such as /hl7/adt",
        ),
        (
            &["listen", "0", "--layer", "http", "--http-auth", &bad],
            "user:password, on one line",
        ),
        (
            &[
                "listen",
                "0",
                "--layer",
                "http",
                "--http-auth",
                &path("none"),
            ],
            "there is no such file",
        ),
        (
            &["listen", "0", "--layer", "http", "--fault", "omit-end"],
            "cannot be had over HTTP: it has no frames",
        ),
        (
            &["listen", "0", "--layer", "http", "--hllp-check", "sum"],
            "go with --layer hllp",
        ),
        (
            &["send", "http://a/b", "x", "--layer", "mllp2"],
            "leave --layer out",
        ),
        (
            &["send", "http://a/b", "x", "--tls-ca", "y"],
            "write https://",
        ),
        (
            &["send", "http://a/b", "x", "--fault", "double"],
            "it answers each request once",
        ),
        (
            &["send", "http://a/b", "x", "--http-type", "hl7"],
            "write a media type",
        ),
        (
            &["send", "http://lab:geheim@a/b", "x", "--http-auth", &auth],
            "leave one of them out",
        ),
        (
            &["send", "ftp://lab:geheim@a/b", "x"],
            "is no URL that messages can be sent to",
        ),
        (
            &["send", "http://lab:geheim@a:0/b", "x"],
            "is no URL that messages can be sent to",
        ),
        (
            &["send", "lab:geheim@localhost", "x"],
            "names no host and port",
        ),
        (
            &["send", "a:1", "x", "--http-auth", &auth],
            "go with a URL, or with --layer http",
        ),
    ] {
        let end = pipehat().args(arguments).output().expect("the program");
        let said = String::from_utf8_lossy(&end.stderr);
        assert!(said.contains(expect), "{arguments:?}: {said}");
        assert!(!said.contains("geheim"), "{arguments:?}: {said}");
        assert_eq!(end.status.code(), Some(2), "{arguments:?}");
    }
}
