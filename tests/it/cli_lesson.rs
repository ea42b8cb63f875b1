//! What `lesson` prints of the shipped lessons, and what it says of one that leads nowhere.

use super::cli::{folder, pipehat};

const LESSON: &str = include_str!("../../examples/lessons/adt-step-by-step.lesson.ron");

/// Prints a lesson; gives all that was written, and the exit status.
fn lesson(text: &str) -> (String, String, Option<i32>) {
    let folder = folder(&[("a.lesson.ron", text.as_bytes())]);
    let run = pipehat()
        .current_dir(&folder)
        .args(["lesson", "a.lesson.ron"])
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(run.stdout), text(run.stderr), run.status.code())
}

#[test]
fn a_page_is_printed_with_its_place_and_what_its_step_does() {
    let (out, error, status) = lesson(LESSON);
    assert_eq!((error.as_str(), status), ("", Some(0)));
    let expected = "
8. Writing
  The sex goes through the same code table as before. The field that this step wrote is marked.
    at PID-8: 2
    step admit:6  out[\"PID-8\"] = codes(\"sex\", msg[\"PID-8\"]);
";
    assert!(out.contains(expected), "{out}");
    assert!(out.contains("· codes sex: \"2\" → \"F\""), "{out}");
    assert!(out.contains("\n11. A code that nobody knows\n"), "{out}");
    assert!(out.contains("    answer: `OTH`: the default"), "{out}");
}

#[test]
fn a_page_that_leads_nowhere_is_told_and_the_rest_is_printed() {
    let text = LESSON
        .replace("at: \"admit:2\"", "at: \"admit:1\"")
        .replace("pass: 2", "pass: 9")
        .replace("at: \"PV1-2\"", "at: \"PV1-9\"");
    let (out, error, status) = lesson(&text);
    assert_eq!(status, Some(1));
    for told in [
        "page 5: the message has nothing at PV1-9",
        "page 5: the run does not come to admit:1",
        "page 10: the run comes to admit:10 less than 9 times",
        "page 11: the run comes to admit:11 less than 9 times",
    ] {
        assert!(error.contains(told), "{error}");
    }
    assert!(out.contains("\n13. Where does it come from?\n"));
}

#[test]
fn what_is_no_lesson_names_its_place() {
    let (out, error, status) = lesson("Lesson(format: 1,\n  titel: \"x\")");
    assert_eq!((out.as_str(), status), ("", Some(2)));
    assert!(error.contains("a.lesson.ron: line 2, column 3"), "{error}");
}
