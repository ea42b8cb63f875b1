//! `listen --ack script:FILE`: acknowledgments that a script makes.

use super::cli::{ADMIT, folder};
use super::cli_wire::{listen, pipehat, send};

#[test]
fn a_script_makes_the_acknowledgments() {
    let folder = folder(&[
        ("in.hl7", ADMIT.as_bytes()),
        (
            "answer.rhai",
            b"out[\"MSA-1\"] = \"AE\";\nout[\"MSA-3\"] = `no beds for ${msg[\"MSH-10\"]}`;",
        ),
    ]);
    let path = |name: &str| folder.path().join(name).display().to_string();
    let listener = listen(&[
        "--ack",
        &format!("script:{}", path("answer.rhai")),
        "--count",
        "1",
    ]);
    let (told, said, end) = send(listener.port, &[&path("in.hl7")]);
    assert_eq!(end.code(), Some(1), "{said}");
    assert!(told.contains("refused, AE: no beds for"), "{told}{said}");
    let (_, said, end) = listener.end();
    assert!(
        said.contains("1 of them with an error or a rejection"),
        "{said}"
    );
    assert_eq!(end.code(), Some(1));
}

#[test]
fn a_script_that_cannot_be_used_opens_no_port() {
    let folder = folder(&[("broken.rhai", b"let a = ;")]);
    let broken = folder.path().join("broken.rhai").display().to_string();
    for (script, expect) in [
        (format!("script:{broken}"), "broken.rhai:1:9"),
        ("script:/no/such.rhai".to_owned(), "/no/such.rhai"),
        ("script:".to_owned(), "name the script: script:answer.rhai"),
    ] {
        let end = pipehat()
            .args(["listen", "0", "--ack", &script])
            .output()
            .expect("the program");
        let said = String::from_utf8_lossy(&end.stderr);
        assert!(said.contains(expect), "{said}");
        assert_eq!(end.status.code(), Some(2), "{said}");
        assert!(end.stdout.is_empty(), "nothing listens");
    }
}
