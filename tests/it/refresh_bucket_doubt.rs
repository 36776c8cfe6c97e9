//! Buckets that lack files, are behind their list, or fail: nobody is removed for that, and the next
//! run reads what this one could not.

use std::path::PathBuf;

use crate::support::bucket::{
    ENDINGS, LIST, change_works, files_of, folder_of, list_of, put, refresh, summary, work, work_rows, write,
};
use crate::support::refresh::{Here, json, records, text};
use crate::support::s3::{Act, BUCKET, S3};
use crate::support::tables::{all_rows, assert_same};

#[test]
fn a_work_whose_file_is_missing_keeps_its_row_and_is_read_by_the_next_run() {
    let here = Here::new(30, 5, &ENDINGS);
    let (orcid, works) = change_works(&here);
    let folder = folder_of(&here);
    let before = work_rows(&here, &orcid);
    let (missing, cut_off) = (work(&folder, &orcid, works[0]), work(&folder, &orcid, works[1]));
    let (whole, other) = (std::fs::read(&missing).unwrap(), std::fs::read(&cut_off).unwrap());
    std::fs::remove_file(&missing).unwrap();
    std::fs::write(&cut_off, &other[..other.len() / 2]).unwrap();

    let first = refresh(&here, &folder, &["--json", "--tries", "2"]);

    assert_eq!(first.status.code(), Some(1), "{}", text(&first));
    assert_eq!(json(&first)["answers"]["withheld"], 1, "{}", text(&first));
    assert_eq!(work_rows(&here, &orcid), before);
    std::fs::write(&missing, whole).unwrap();
    std::fs::write(&cut_off, other).unwrap();

    let second = refresh(&here, &folder, &["--json"]);

    assert_eq!(second.status.code(), Some(0), "{}", text(&second));
    assert_same(&all_rows(&here.dataset), &all_rows(&here.fresh(&here.server.world())));
}

#[test]
fn records_whose_files_are_missing_stay_even_if_all_are() {
    let here = Here::new(20, 5, &ENDINGS);
    let before = all_rows(&here.dataset);
    let (orcid, _) = change_works(&here);
    let folder = folder_of(&here);
    let file = summary(&folder, &orcid);
    let bytes = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();

    let one = refresh(&here, &folder, &["--json"]);

    assert_eq!(one.status.code(), Some(1), "{}", text(&one));
    assert!(json(&one)["given_up_for"]["no-file"].as_u64() > Some(0), "{}", json(&one));
    assert_eq!(records(&here.dataset, &orcid).len(), 1);
    std::fs::write(&file, bytes).unwrap();
    let back = refresh(&here, &folder, &[]);
    assert_eq!(back.status.code(), Some(0), "{}", text(&back));
    assert_same(&all_rows(&here.dataset), &all_rows(&here.fresh(&here.server.world())));

    std::fs::remove_dir_all(folder.join("v3.0-summaries")).unwrap();
    let all = refresh(&here, &folder, &["--strategy", "each"]);

    assert!(all.status.code() > Some(0), "{}", text(&all));
    assert_eq!(all_rows(&here.dataset).len(), before.len());
    assert_eq!(records(&here.dataset, &orcid).len(), 1);
}

#[test]
fn a_record_that_is_older_than_the_list_says_is_read_again_by_the_next_run() {
    let here = Here::new(20, 5, &[]);
    let old = files_of(&here.server.world());
    let orcid = here.server.world().active()[0].to_string();
    here.server.change(|world| {
        let clock = world.clock() + 1_000_000;
        world.edit(&orcid, clock, |xml| {
            xml.replace("<personal-details:given-names>", "<personal-details:given-names>Newer ")
        });
    });
    let folder = folder_of(&here);
    let file = summary(&folder, &orcid);
    let newer = std::fs::read(&file).unwrap();
    let name = format!("v3.0-summaries/{}/{orcid}.xml", &orcid[16..]);
    std::fs::write(&file, &old.iter().find(|(one, _)| *one == name).unwrap().1).unwrap();

    let first = refresh(&here, &folder, &["--json"]);

    assert_eq!(first.status.code(), Some(1), "{}", text(&first));
    assert_eq!(json(&first)["given_up_for"]["behind-list"], 1, "{}", json(&first));
    std::fs::write(&file, newer).unwrap();
    let second = refresh(&here, &folder, &["--json"]);
    assert_eq!(second.status.code(), Some(0), "{}", text(&second));
    assert_same(&all_rows(&here.dataset), &all_rows(&here.fresh(&here.server.world())));
}

#[test]
fn a_newer_record_that_is_behind_the_list_is_taken_and_read_once_more() {
    let here = Here::new(20, 5, &[]);
    let orcid = here.server.world().active()[0].to_string();
    let start = "<personal-details:given-names>";
    let rename = |name: &str| {
        here.server.change(|world| {
            let clock = world.clock() + 1_000_000;
            world.edit(&orcid, clock, |xml| xml.replace(start, &format!("{start}{name} ")));
        });
        files_of(&here.server.world())
    };
    let (between, last) = (rename("Between"), rename("Last"));
    let folder = PathBuf::from(here.path("bucket"));
    write(&folder, &between);
    let list: Vec<_> = last.iter().filter(|(name, _)| name == LIST).cloned().collect();
    write(&folder, &list);

    let first = refresh(&here, &folder, &["--json"]);

    assert_eq!(first.status.code(), Some(1), "{}", text(&first));
    assert!(text(&first).contains("1 record older in the bucket"), "{}", text(&first));
    assert!(records(&here.dataset, &orcid)[0].to_string().contains("Between"));
    write(&folder, &last);
    let second = refresh(&here, &folder, &[]);
    assert_eq!(second.status.code(), Some(0), "{}", text(&second));
    assert_same(&all_rows(&here.dataset), &all_rows(&here.fresh(&here.server.world())));
}

#[test]
fn a_list_that_is_broken_or_missing_changes_nothing() {
    let here = Here::new(10, 5, &[]);
    here.server.change(|world| world.evolve(1, 0.5));
    let folder = folder_of(&here);
    let (before, list) = (all_rows(&here.dataset), folder.join(LIST));
    let whole = std::fs::read(&list).unwrap();
    let csv = here.server.world().last_modified_csv();
    for (broken, told) in [
        (Some(whole[..whole.len() / 2].to_vec()), "last_modified.csv.tar"),
        (Some(list_of(&csv[..csv.len() - 9])), "cut off"),
        (Some(list_of("")), "lists no changed record"),
        (Some(b"<html>".to_vec()), "last_modified.csv.tar"),
        (None, "has no list of changes"),
    ] {
        match &broken {
            Some(bytes) => std::fs::write(&list, bytes).unwrap(),
            None => std::fs::remove_file(&list).unwrap(),
        }

        let output = refresh(&here, &folder, &[]);

        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
        assert!(text(&output).contains(told), "{told}: {}", text(&output));
        assert_same(&all_rows(&here.dataset), &before);
    }
    std::fs::write(&list, whole).unwrap();
    assert_eq!(refresh(&here, &folder, &["--max-removals", "100%"]).status.code(), Some(0));
}

#[test]
fn a_store_that_fails_removes_nobody_and_the_same_command_continues() {
    let (here, s3) = (Here::new(20, 5, &ENDINGS), S3::start());
    change_works(&here);
    put(&s3, "mirror", &files_of(&here.server.world()));
    let url = format!("s3://{BUCKET}/mirror");
    let refresh = || {
        let mut command =
            here.command(&["--all-in-dataset", "--bucket", &url, "--retry-wait", "1", "--tries", "2"]);
        command.envs(s3.environment()).output().unwrap()
    };
    s3.judge(|request| match request.target.contains("v3.0-") {
        true => Act::Fail(403),
        false => Act::Answer,
    });

    let first = refresh();

    assert!(first.status.code() > Some(0), "{}", text(&first));
    assert_eq!(records(&here.dataset, here.server.world().active()[0].as_str()).len(), 1);
    s3.judge_no_more();
    let second = refresh();
    assert_eq!(second.status.code(), Some(0), "{}", text(&second));
    assert_same(&all_rows(&here.dataset), &all_rows(&here.fresh(&here.server.world())));
}
