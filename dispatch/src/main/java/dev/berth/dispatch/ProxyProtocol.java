package dev.berth.dispatch;

import java.util.Locale;

/// Whether connections come through a proxy that reports the client in a header.
///
/// A client can write such a header just as well as a proxy, so enable this only if every
/// connection comes from trusted proxies.
public enum ProxyProtocol {
    /// Headers are not recognised; they are ordinary bytes.
    OFF,
    /// A header is consumed if there is one.
    OPTIONAL,
    /// A connection without a header is closed.
    REQUIRED;

    /// `off`, `optional`, `required`.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
