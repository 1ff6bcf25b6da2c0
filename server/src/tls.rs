//! TLS, from the files of a certificate and its key.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use beaver_core::{Error, ErrorKind, Result};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Where the certificate and its key are, both PEM.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate, followed by those between it and the root.
    pub cert: PathBuf,
    /// The private key: PKCS#8, PKCS#1 or SEC1.
    pub key: PathBuf,
}

/// Reads the files.
///
/// # Errors
/// IO if one cannot be read; INVALID_ARGUMENT if they hold no certificate and key, or those do not fit each other.
pub(crate) fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor> {
    let text = |path: &Path, what: &str| {
        std::fs::read(path).map_err(|e| Error::new(ErrorKind::Io, format!("the TLS {what} cannot be read: {e}")))
    };
    let wrong = |what: &str, reason: &dyn std::fmt::Display| {
        Error::new(ErrorKind::InvalidArgument, format!("the TLS {what} is not usable: {reason}"))
    };
    let cert = text(&files.cert, "certificate")?;
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(&cert).collect::<Result<_, _>>().map_err(|e| wrong("certificate", &e))?;
    if chain.is_empty() {
        return Err(wrong("certificate", &"the file holds none"));
    }
    let key = PrivateKeyDer::from_pem_slice(&text(&files.key, "key")?).map_err(|e| wrong("key", &e))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| wrong("certificate", &e))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|e| wrong("certificate", &e))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
