//! What a user can do about an error: the library says what happened, the program what helps.

use std::borrow::Cow;
use std::path::Path;

pub use super::hint::Hint;
use super::storage_hints::{storage_hint, store_hint};
use crate::convert::ConvertError;
use crate::dataset::DatasetError;
use crate::get::GetError;
use crate::matching::MatchError;
use crate::refresh::{QueueFault, RefreshError};
use crate::storage::{StoreError, StoreFault};
use orcid_api::ApiError;
use orcid_synth::SynthError;
use ror_match::RorError;
use targz_seek::index::IndexError;
use targz_seek::{ArchiveError, ForeignKind};

/// What stands for standard input.
const STANDARD_INPUT: &str = "-";

/// A full disk is mended by room, and what was fetched stays; a file that SQLite cannot
/// read has lost it.
fn queue_hint(fault: QueueFault) -> &'static str {
    match fault {
        QueueFault::DiskFull => {
            "free some space and run the same command again: nothing that was fetched is lost"
        }
        QueueFault::Damaged => {
            "restore refresh.sqlite; or remove it from the dataset, which forgets what was fetched and not yet applied"
        }
        QueueFault::NotAllowed => "check who may write in the dataset, and run the same command again",
        QueueFault::InUse => "end the program that uses it, and run the same command again",
        QueueFault::BeingRead => "end that program and run the same command again",
        QueueFault::OtherVersion => {
            "use the orcidlake that wrote it, or remove refresh.sqlite from the dataset"
        }
        QueueFault::Other => "check the disk and run the same command again: what was fetched is kept",
    }
}

impl Hint for RefreshError {
    fn hint(&self) -> Cow<'static, str> {
        if let Self::Io { source, .. } = self
            && let Some(hint) = storage_hint(source)
                .or_else(|| StoreError::behind(source).map(|error| store_hint(error.fault).into()))
        {
            return hint;
        }
        let hint = match self {
            Self::Io { .. } => "check the path, the permissions and the disk",
            Self::Scope { .. } => "see `orcidlake help refresh`",
            Self::EmptyScope { .. } => "give at least one iD, or a query; --all-in-dataset means everybody",
            Self::NoScope => {
                "give --ids, --query, --ror, --grid, --ringgold, --all-in-dataset or --connected"
            }
            Self::OtherPeople { .. } => "give the files that its people were selected with",
            Self::NoSelection => "refresh it without a selection of people",
            Self::Line { .. } | Self::ListLines { .. } => "correct the file and run the same command again",
            Self::NoChanges { .. } => "get the file again: a complete file lists every record",
            Self::CutOff { .. } => "get the file again; if it is whole, end its last line",
            Self::NoWatermark => "give --since",
            Self::NoList { .. } => {
                "give the folder or URL that holds the list; --bucket s3:// means ORCID's own buckets"
            }
            Self::NotSearchable { .. } => {
                "give --ids or --all-in-dataset, without --strategy or with --strategy each"
            }
            Self::Storage(error) => return error.hint(),
            Self::PublicDataset { .. } => {
                "give another dataset; or give --limited, which marks this one: then keep it from everybody whom the people have not permitted to see what is limited"
            }
            Self::State(_) => {
                "check --connected and --key-file; `orcidlake connect status` reads the same state"
            }
            Self::Locked { .. } => "wait until it has finished, or see `orcidlake refresh DIR --status`",
            Self::Queue(error) => queue_hint(error.fault()),
            Self::NoAnswer { .. } | Self::Silent { .. } => {
                "check the network, the host and --api-url, and run the same command again: what was fetched is kept"
            }
            Self::Search { .. } => {
                "run the same command again; if the query is refused, check --query; --log-file shows each request"
            }
            Self::NoRanges { .. } => {
                "give fewer iDs by --ids with --strategy each or --strategy batches, or give ORCID's last_modified.csv by --changes"
            }
            Self::ScopeVanished { .. } => {
                "run the same command again later: ORCID's index may be incomplete now; if nobody belongs to the scope any more, give --restart"
            }
            Self::QuotaEnd { .. } => "run the same command again tomorrow",
            Self::NotUnderstood => "give --strategy each",
            Self::Limited { .. } => {
                "run the same command again later: what was fetched is kept; make sure that no other program uses the same client id or address, or give a lower --rate"
            }
            Self::InTrouble { .. } | Self::Down { .. } | Self::OnlyFaults { .. } => {
                "run the same command again later: what was fetched is kept"
            }
            Self::Panicked => "this is a fault of orcidlake: please report it; the same command continues",
            Self::Api(error) => return error.hint(),
            Self::Archive(error) => return error.hint(),
            Self::Dataset(error) => return error.hint(),
            Self::Convert(error) => return error.hint(),
        };
        hint.into()
    }
}

impl Hint for ApiError {
    fn hint(&self) -> Cow<'static, str> {
        let hint = match self {
            Self::Url { .. } => "give scheme, host and path, without a user or a query",
            Self::NoSecret { .. } => "write the secret alone into the file, as one word without spaces",
            Self::HalfCredentials => {
                "give --client-secret-file FILE (or - for standard input) or set ORCIDLAKE_CLIENT_SECRET; `orcidlake auth` keeps them for later runs"
            }
            Self::TokenFile { .. } => "remove the file and run `orcidlake auth` again",
            Self::NoHome => "give --token-file",
            Self::NoToken { .. } => "check the network, the client id and secret, and --sandbox",
            Self::Refused { .. } => {
                "run `orcidlake auth` again; with --anonymous the public API needs no token; the member API always needs one"
            }
            Self::Untrusted { .. } => {
                "check the clock and the URL; for a server or proxy with a certificate of its own, name it in SSL_CERT_FILE"
            }
            Self::Proxy { .. } => "correct or unset the variable; NO_PROXY lists hosts that need no proxy",
            _ => "check the path, the permissions and the disk",
        };
        hint.into()
    }
}

impl Hint for ArchiveError {
    fn hint(&self) -> Cow<'static, str> {
        if let Self::Open { source, .. } | Self::Read { source, .. } = self
            && let Some(hint) = storage_hint(source)
        {
            return hint;
        }
        let hint = match self {
            Self::Open { .. } => "check the path and the permissions",
            Self::Read { .. } => "the disk or the stream failed; try again",
            Self::CutOff { .. } | Self::Damaged { .. } => {
                "compare the file's size and MD5 with its download page, and download it again"
            }
            Self::Unknown { .. } | Self::UnknownInside { .. } => {
                "give a .tar.gz or .tar archive, a folder of .xml files, or one .xml file"
            }
            Self::Foreign { format, .. } | Self::ForeignInside { format, .. } => return foreign(format.kind),
            Self::Stopped { .. } => "run the same command again",
            Self::Empty { path } if path == Path::new(STANDARD_INPUT) => {
                "nothing came: check the command before the pipe"
            }
            Self::Empty { .. } => "download the file again",
            Self::Index(error) => return error.hint(),
            _ => "see the message above",
        };
        hint.into()
    }
}

impl Hint for IndexError {
    fn hint(&self) -> Cow<'static, str> {
        if let Self::Io { source, .. } = self
            && let Some(hint) = storage_hint(source)
        {
            return hint;
        }
        let hint = match self {
            Self::Io { .. } => "check the path, the permissions and the room on the disk",
            Self::NotAnIndex { .. }
            | Self::Damaged { .. }
            | Self::Version { .. }
            | Self::Stale { .. }
            | Self::OtherChunks { .. } => "make it again with `orcidlake index`, or remove it",
            Self::NoNeed { .. } => "an index works only for .tar.gz and .tar archives on a disk",
            Self::InTheWay { .. } => "remove or rename the file; `index` can write elsewhere with --out",
            Self::Busy { .. } => "wait until it is done",
            Self::Changed => "wait until the archive is complete, then make the index",
            _ => "see the message above",
        };
        hint.into()
    }
}

impl Hint for ConvertError {
    fn hint(&self) -> Cow<'static, str> {
        let hint = match self {
            Self::Archive(error) => return error.hint(),
            Self::Dataset(error) => return error.hint(),
            Self::OtherRelease { .. } => {
                "a dataset holds the dump of one year: give another --out, or --replace to replace this dataset"
            }
            Self::OtherContent { .. } => "give another --out, or --replace to replace the dataset",
            Self::IsDataset { .. } | Self::InDataset { .. } => {
                "give ORCID's archives; read a dataset with `orcidlake inspect`, `orcidlake get` or SQL, bring it up \
                 to date with `orcidlake refresh`, and join it with others by `orcidlake commit`"
            }
            Self::HoldsTables { .. } => {
                "give ORCID's archives or a folder of .xml files; tables are read as they are, with DuckDB, \
                 Polars, R or Spark"
            }
            Self::Refreshed { .. } => "convert all archives into a new --out, or --replace, then refresh it",
            Self::NoIndex { .. } => "run the index tasks of the plan first, or `orcidlake index ARCHIVE`",
            Self::Repeats { .. } => "convert it as a whole, without --shard",
            Self::OtherParts { .. } => {
                "give the same number of shards as before, another --out, or --replace to replace the dataset"
            }
            Self::NoPlaceForIndex { .. } => {
                "leave out --index, or save the archive to a file first; `orcidlake index` can write elsewhere with --out"
            }
            Self::Twice { .. } => {
                "give each archive once; if two archives differ, rename one: archives are recognised by their file names"
            }
            Self::OtherTables => {
                "leave out --tables, give another --out, or --replace to replace the dataset"
            }
            Self::SharedMembers { .. } => "leave that dataset out: each member counts once",
            Self::OtherPeople { .. } => {
                "give the options that the dataset was made with, or another --out, or --replace to replace it"
            }
            Self::CannotJoin { .. } => "join datasets of the same year, people and tables",
            Self::NoRecordsYet { .. } => "convert the summaries first, or select people by --ids-of DATASET",
            Self::Slice(error) => return error.hint(),
            Self::PartOfOtherTables { .. } => {
                "nothing was committed; plan all archives of a dataset with the same --tables"
            }
            Self::WouldDrop { .. } => {
                "nothing was committed; commit without --replace, which keeps these archives; or plan with `orcidlake plan --replace` and run its tasks: a part that waits already is not converted again"
            }
            Self::UnknownTable { .. } | Self::WhichDump { .. } => "`orcidlake schema` lists the tables",
            Self::UnknownColumn { .. } => "`orcidlake schema TABLE` lists the columns",
            Self::Repeated { .. } => "convert the archive: a conversion keeps the rows of the last of them",
            Self::Changed { .. } => "plan the conversion again",
            Self::ChangedMeanwhile { .. } => "run the same command again when the archive is complete",
            Self::NoRanges { .. } => "download it first, and give the path of the file",
            Self::OtherVersion { .. } => {
                "run `orcidlake part` again for its task with this version; `commit` reads what waits in .NAME.orcidlake-parts beside the dataset"
            }
            Self::Stream { .. } => "save it to a file first, or convert it with `orcidlake convert`",
            Self::MissingParts { .. } => {
                "nothing was committed; run `orcidlake part` for the tasks of these parts, then commit again"
            }
            Self::OtherContents { .. } => {
                "remove the index and the parts that wait, and plan and convert the archive again"
            }
            Self::Gap { .. } => {
                "run `orcidlake part` again for all tasks of this archive: each part that does not fit its index is written again"
            }
            Self::NoPart { .. } => {
                "nothing was committed; give `part` and `commit` the same dataset, and run `orcidlake part` again for the task"
            }
            Self::Threads(_) => "give a smaller --threads",
            Self::Stopped => "run the same command again; archives that are finished are not read again",
        };
        hint.into()
    }
}

impl Hint for DatasetError {
    fn hint(&self) -> Cow<'static, str> {
        let hint = match self {
            Self::Parquet { act: "read" | "rewrite", .. } | Self::Damaged { .. } => {
                "nothing has been changed; `orcidlake verify` lists every damaged file: restore them from a copy, or replace the dataset with `orcidlake convert --replace`"
            }
            Self::Io { source, .. } if let Some(error) = StoreError::behind(source) => {
                store_hint(error.fault)
            }
            Self::Io { .. } | Self::Parquet { .. } => "check the path, the permissions and the disk",
            Self::DiskFull { .. } => {
                "free some space and run the same command again; what was whole is untouched"
            }
            Self::Stopped => "run the same command again; what was whole is untouched",
            Self::NoDataset { .. } => "give the folder that `orcidlake convert … --out` wrote",
            Self::Foreign { .. } => "give a new or an empty folder",
            Self::Manifest { .. } => "restore orcidlake.json, or convert again into a new folder",
            Self::Version { .. } | Self::NoTable { .. } => {
                "use the orcidlake that wrote it, or convert again"
            }
            Self::OlderFormat { .. } => "convert its archives again with `orcidlake convert --replace`",
            Self::Locked { .. } => "wait until it has finished",
            Self::Overtaken { .. } => "run the same command again: it begins with what the other has made",
            Self::Copied { .. } => {
                "convert its archives into a new place there; or bring the local folder up to date and copy it again, under a new name"
            }
            Self::NoConditions { .. } => store_hint(StoreFault::NoConditionalPut),
            Self::ReadOnly { .. } => {
                "a dataset on a web server is only read; change it where it lies, such as by its s3:// URL"
            }
            Self::AlwaysChanging { .. } => "run the same command again when the other has finished",
            Self::NoRoom { .. } => {
                "free some space on its file system: a change may write each table again beside the old one"
            }
            Self::NotSwappable { .. } => {
                "give a folder that is no mount point (one inside it will do), and run from outside of it"
            }
            Self::TooManyDuplicates { .. } => "the archive seems to hold its content twice; repack it",
        };
        hint.into()
    }
}

impl Hint for GetError {
    fn hint(&self) -> Cow<'static, str> {
        match self {
            Self::Archive(error) => error.hint(),
            Self::Dataset(error) => error.hint(),
        }
    }
}

impl Hint for MatchError {
    fn hint(&self) -> Cow<'static, str> {
        let hint = match self {
            Self::Dataset(error) => return error.hint(),
            Self::Threads(_) => "give fewer --threads",
            Self::NoOrganizations => "convert with these tables",
            Self::NotMatched => "run `orcidlake match DIR --ror-release FILE` first",
            Self::File { .. } => "check the path and the permissions",
            Self::Stopped => "run the same command again; the dataset is as it was",
        };
        hint.into()
    }
}

impl Hint for RorError {
    fn hint(&self) -> Cow<'static, str> {
        if let Self::Read { source, .. } = self
            && let Some(hint) = storage_hint(source)
        {
            return hint;
        }
        let hint = match self {
            Self::Read { source, .. } if source.raw_os_error().is_none() => {
                "the file is damaged or cut off: download the ROR release again"
            }
            Self::Read { .. } => "check the path and the permissions",
            Self::Zip { .. } => {
                "the file is damaged or cut off: download the ROR release again from https://doi.org/10.5281/zenodo.6347574"
            }
            Self::NoJson { .. } | Self::NotRor { .. } => {
                "give the zip of a ROR release from https://doi.org/10.5281/zenodo.6347574, or the JSON in it"
            }
            Self::Organization { .. } | Self::Id { .. } | Self::Twice { .. } => {
                "the file seems to be damaged: download the ROR release again"
            }
            Self::Line { .. } => {
                "correct the line; tables are CSV in UTF-8, with quotes around cells that hold quotes or line ends"
            }
            Self::SameName { .. } => "give each column that is used a different name",
            Self::Table { .. } => "`orcidlake help match` lists the columns of each table",
            _ => "see the message above",
        };
        hint.into()
    }
}

impl Hint for SynthError {
    fn hint(&self) -> Cow<'static, str> {
        let hint = match self {
            Self::TooManyRecords { .. } => "ask for fewer records",
            Self::UnknownArchive { .. } => "name archives by 0 to 9 or X",
            Self::Year { .. } => "the layout made here is that of the dumps since 2020",
            Self::Compression { .. } => "6 is what the registry uses",
            Self::Write { .. } => "check that the folder exists and has room",
            _ => "see the message above",
        };
        hint.into()
    }
}

/// What to do with a file of another kind.
fn foreign(kind: ForeignKind) -> Cow<'static, str> {
    let hint = match kind {
        ForeignKind::FailedDownload => {
            "the download gave this instead of the archive: look into the file, then fetch the archive again"
        }
        ForeignKind::OtherArchive => "unpack it, and give the folder or the .tar archive that comes out",
        ForeignKind::Compressed(command) => {
            return format!("unpack it to standard input: `{command} FILE | orcidlake convert - --out DIR`")
                .into();
        }
        ForeignKind::Gzip => "unpack it once with gunzip, and give what comes out",
        ForeignKind::Pointer => {
            "fetch the file that it stands for, such as with `git lfs pull` or `git annex get`"
        }
        ForeignKind::Torrent => "fetch what it stands for with a BitTorrent program",
        ForeignKind::OfArchive => "give the archive itself",
        ForeignKind::Table => "it is a table already: read it with DuckDB, Polars or the like",
        _ => "give a .tar.gz or .tar archive of ORCID's, a folder of .xml files, or one .xml file",
    };
    hint.into()
}
