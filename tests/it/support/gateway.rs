//! What may stand between a client and a server: a proxy that notes whom it is
//! asked for, and TLS with a certificate of its own.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// The longest head of a request that a proxy reads.
const MAX_HEAD_BYTES: usize = 16 << 10;

/// A listener on a port of its own; it stops when this goes.
pub struct Gateway {
    pub port: u16,
    asked: Arc<Mutex<Vec<String>>>,
    runtime: Option<Runtime>,
}

impl Gateway {
    /// A proxy that connects to 127.0.0.1 and to nobody else.
    pub fn proxy() -> Gateway {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let notes = asked.clone();
        Gateway::start(asked, move |stream| pass_on(stream, notes.clone()))
    }

    /// TLS for `name` before the port of a server; writes the certificate that is
    /// to be trusted to `file`.
    pub fn tls(name: &str, server: u16, file: &Path) -> Gateway {
        let signed = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        std::fs::write(file, signed.cert.pem()).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signed.signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let config = config.with_single_cert(vec![signed.cert.der().clone()], key).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Gateway::start(Arc::default(), move |stream| {
            let acceptor = acceptor.clone();
            async move {
                let mut plain = acceptor.accept(stream).await?;
                let mut server = TcpStream::connect(("127.0.0.1", server)).await?;
                copy_bidirectional(&mut plain, &mut server).await.map(|_| ())
            }
        })
    }

    /// What a proxy was asked for: the first words of each request.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn start<F>(asked: Arc<Mutex<Vec<String>>>, serve: impl Fn(TcpStream) -> F + Send + 'static) -> Gateway
    where
        F: Future<Output = io::Result<()>> + Send + 'static,
    {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))).unwrap();
        let port = listener.local_addr().unwrap().port();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // What breaks a connection is the client's doing.
                tokio::spawn(serve(stream));
            }
        });
        Gateway { port, asked, runtime: Some(runtime) }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.runtime.take().expect("it is taken once").shutdown_background();
    }
}

/// One connection through the proxy.
async fn pass_on(mut stream: TcpStream, asked: Arc<Mutex<Vec<String>>>) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < MAX_HEAD_BYTES {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let words: Vec<&str> = head.split(' ').take(2).collect();
    asked.lock().unwrap().push(words.join(" "));
    match words.as_slice() {
        ["CONNECT", target] if target.starts_with("127.0.0.1:") => {
            let mut server = TcpStream::connect(*target).await?;
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            copy_bidirectional(&mut stream, &mut server).await.map(|_| ())
        }
        _ => stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n").await,
    }
}
