package dev.berth.dispatch;

import java.util.List;
import java.util.Optional;

/// What the first bytes of a connection reveal about it.
///
/// **Errors:** no client input makes [#read] throw; malformed input is [Other].
public sealed interface FirstBytes {
    /// Too few bytes to decide.
    FirstBytes NEED_MORE = new NeedMore();

    /// None of the known kinds.
    FirstBytes OTHER = new Other();

    /// A prefix that several kinds share, or an incomplete message of one kind.
    record NeedMore() implements FirstBytes {}

    /// Something else, or malformed.
    record Other() implements FirstBytes {}

    /// A complete TLS ClientHello.
    ///
    /// @param sni the requested server name, in lower case, without a trailing dot
    /// @param alpn the offered protocols, in the client's order
    record Tls(Optional<String> sni, List<String> alpn) implements FirstBytes {
        public Tls {
            alpn = List.copyOf(alpn);
        }
    }

    /// The head of an HTTP/1 request, at least as far as its host.
    ///
    /// @param host in lower case, without port, brackets and trailing dot; empty if the request
    ///   names none
    /// @param path as sent, neither decoded nor normalised, without the query; `*` for `OPTIONS *`,
    ///   empty for `CONNECT`
    record Http1(String method, Optional<String> host, String path) implements FirstBytes {}

    /// The HTTP/2 connection preface, without TLS and without an upgrade.
    record Http2() implements FirstBytes {}

    /// The beginning of an SSH client's banner.
    record Ssh() implements FirstBytes {}

    /// A PROXY protocol header, which precedes the client's own bytes.
    ///
    /// @param version 1 or 2
    /// @param ends the true client and what it connected to; empty for LOCAL and UNKNOWN
    /// @param length of the header, in bytes
    record Proxy(int version, Optional<AddressPair> ends, int length) implements FirstBytes {}

    /// Classifies the first `length` bytes of a connection. Runs in time linear in `length`; a
    /// result other than [NeedMore] does not change however many bytes follow.
    static FirstBytes read(byte[] bytes, int length) {
        if (length == 0) {
            return NEED_MORE;
        }
        if (bytes[0] == ClientHello.RECORD_TYPE) {
            return ClientHello.read(bytes, length);
        }
        for (MagicBytes magic : MagicBytes.values()) {
            if (magic.begins(bytes, length)) {
                return magic.read(bytes, length);
            }
        }
        return RequestHead.read(bytes, length);
    }
}
