package dev.berth.dispatch;

import java.util.Locale;

/// Whether connections come through a proxy that says in a header who the client is.
///
/// A client can write such a header as well as a proxy can. So it is believed only where every
/// connection comes from proxies that are trusted.
public enum ProxyProtocol {
    /// A header is no header, but bytes like others.
    OFF,
    /// A header is consumed where there is one.
    OPTIONAL,
    /// A connection without a header is closed.
    REQUIRED;

    /// `off`, `optional`, `required`.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
