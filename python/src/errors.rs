//! Errors of the library as exceptions of Python, which `orcidlake/_errors.py` defines.

use std::error::Error;
use std::io;

use pyo3::PyErr;

use orcidlake::convert::ConvertError;
use orcidlake::dataset::DatasetError;
use orcidlake::get::GetError;
use orcidlake::matching::MatchError;
use orcidlake::storage::StorageError;
use ror_match::RorError;
use targz_seek::ArchiveError;

mod python {
    #![allow(missing_docs)]
    use pyo3::import_exception;

    import_exception!(orcidlake._errors, ArchiveError);
    import_exception!(orcidlake._errors, ConflictError);
    import_exception!(orcidlake._errors, DamagedError);
    import_exception!(orcidlake._errors, DatasetError);
    import_exception!(orcidlake._errors, Error);
    import_exception!(orcidlake._errors, LockedError);
    import_exception!(orcidlake._errors, MismatchError);
    import_exception!(orcidlake._errors, UnknownNameError);
    import_exception!(orcidlake._errors, NotFoundError);
    import_exception!(orcidlake._errors, NotMatchedError);
    import_exception!(orcidlake._errors, RepeatedError);
    import_exception!(orcidlake._errors, RorError);
    import_exception!(orcidlake._errors, StorageError);
}

/// An error of the library that has an exception.
pub trait Raise: Error + Sized {
    /// The exception, with a message.
    fn exception(&self, message: String) -> PyErr;

    /// The exception that says what happened and why.
    fn raise(self) -> PyErr {
        let mut message = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            message += &format!(": {error}");
            cause = error.source();
        }
        self.exception(message)
    }
}

/// An exception for a value that the caller gave.
pub fn bad_value(message: String) -> PyErr {
    pyo3::exceptions::PyValueError::new_err(message)
}

/// The exception for a name that no table or column has.
pub fn unknown_name(message: String) -> PyErr {
    python::UnknownNameError::new_err(message)
}

/// The exception for a file system that fails.
fn of_file(error: &io::Error, message: String) -> PyErr {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => python::NotFoundError::new_err(message),
        _ => python::StorageError::new_err(message),
    }
}

impl Raise for ArchiveError {
    fn exception(&self, message: String) -> PyErr {
        match self {
            Self::Open { source, .. } | Self::Read { source, .. } => of_file(source, message),
            Self::CutOff { .. } | Self::Damaged { .. } => python::DamagedError::new_err(message),
            _ => python::ArchiveError::new_err(message),
        }
    }
}

impl Raise for DatasetError {
    fn exception(&self, message: String) -> PyErr {
        match self {
            Self::Io { source, .. } => of_file(source, message),
            Self::DiskFull { .. } | Self::NoRoom { .. } => python::StorageError::new_err(message),
            Self::NoDataset { path } if !path.exists() => {
                python::NotFoundError::new_err(format!("there is no {}", path.display()))
            }
            Self::NoTable { .. } => python::UnknownNameError::new_err(message),
            Self::Damaged { .. } | Self::Parquet { .. } => python::DamagedError::new_err(message),
            Self::Locked { .. } => python::LockedError::new_err(message),
            Self::Overtaken { .. } | Self::AlwaysChanging { .. } => python::ConflictError::new_err(message),
            _ => python::DatasetError::new_err(message),
        }
    }
}

impl Raise for ConvertError {
    fn exception(&self, message: String) -> PyErr {
        match self {
            Self::Archive(error) => error.exception(message),
            Self::Dataset(error) => error.exception(message),
            Self::UnknownTable { .. } | Self::UnknownColumn { .. } | Self::WhichDump { .. } => {
                python::UnknownNameError::new_err(message)
            }
            Self::Repeated { .. } => python::RepeatedError::new_err(message),
            Self::Changed { .. } => python::ConflictError::new_err(message),
            Self::Threads(_) | Self::Stopped => python::Error::new_err(message),
            _ => python::MismatchError::new_err(message),
        }
    }
}

impl Raise for StorageError {
    fn exception(&self, message: String) -> PyErr {
        python::StorageError::new_err(message)
    }
}

impl Raise for GetError {
    fn exception(&self, message: String) -> PyErr {
        match self {
            Self::Archive(error) => error.exception(message),
            Self::Dataset(error) => error.exception(message),
        }
    }
}

impl Raise for MatchError {
    fn exception(&self, message: String) -> PyErr {
        match self {
            Self::Dataset(error) => error.exception(message),
            Self::NotMatched => python::NotMatchedError::new_err(message),
            Self::File { source, .. } => of_file(source, message),
            _ => python::Error::new_err(message),
        }
    }
}

impl Raise for RorError {
    fn exception(&self, message: String) -> PyErr {
        match self {
            Self::Read { source, .. }
                if source.raw_os_error().is_some()
                    || source.get_ref().is_some_and(|error| error.is::<StorageError>()) =>
            {
                of_file(source, message)
            }
            _ => python::RorError::new_err(message),
        }
    }
}
