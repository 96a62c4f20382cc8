package dev.berth.dispatch;

import java.util.List;
import java.util.Optional;

/// What the first bytes of a connection tell of it.
///
/// **errors**: nothing that a client sends makes [#read] throw; what is malformed is [Other].
public sealed interface FirstBytes {
    /// Too few bytes to tell.
    FirstBytes NEED_MORE = new NeedMore();

    /// None of the kinds that are known.
    FirstBytes OTHER = new Other();

    /// The beginning of several kinds or of an unfinished one.
    record NeedMore() implements FirstBytes {}

    /// Something else, or malformed.
    record Other() implements FirstBytes {}

    /// A whole TLS ClientHello.
    ///
    /// @param sni the name asked for, in lower case and without a dot at its end
    /// @param alpn the protocols offered, in the client's order
    record Tls(Optional<String> sni, List<String> alpn) implements FirstBytes {
        public Tls {
            alpn = List.copyOf(alpn);
        }
    }

    /// The head of an HTTP/1 request, at least up to its host.
    ///
    /// @param host in lower case, without port, brackets and a dot at its end; empty if the request
    ///   names none
    /// @param path as sent, neither decoded nor normalised, without the query; `*` for `OPTIONS *`,
    ///   empty for `CONNECT`
    record Http1(String method, Optional<String> host, String path) implements FirstBytes {}

    /// The preface of HTTP/2 without TLS and without upgrade.
    record Http2() implements FirstBytes {}

    /// The beginning of an SSH client's banner.
    record Ssh() implements FirstBytes {}

    /// A PROXY protocol header, which stands before what the client itself sends.
    ///
    /// @param version 1 or 2
    /// @param ends the true client and what it connected to; empty for LOCAL and UNKNOWN
    /// @param length bytes of the header
    record Proxy(int version, Optional<Ends> ends, int length) implements FirstBytes {}

    /// Looks at the first `length` bytes of a connection. Linear in `length`; a result other than
    /// [NeedMore] stays the same however many bytes follow.
    static FirstBytes read(byte[] bytes, int length) {
        if (length == 0) {
            return NEED_MORE;
        }
        if (bytes[0] == ClientHello.RECORD_TYPE) {
            return ClientHello.read(bytes, length);
        }
        for (Magic magic : Magic.values()) {
            if (magic.begins(bytes, length)) {
                return magic.read(bytes, length);
            }
        }
        return RequestHead.read(bytes, length);
    }
}
