package dev.berth.dispatch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The conditions under which a connection goes to a service. All given conditions must hold; at
/// least one is given.
///
/// @param sni the name in a TLS ClientHello
/// @param alpn a protocol that the ClientHello offers: `h2`, `http/1.1`
/// @param host of an HTTP/1 request, without port
/// @param path of an HTTP/1 request: this path and everything below it, compared as sent; `/api`
///   matches `/api` and `/api/…` but not `/apis`
/// @param protocol the protocol that the client speaks
public record Route(
        Optional<NamePattern> sni,
        Optional<String> alpn,
        Optional<NamePattern> host,
        Optional<String> path,
        Optional<Speech> protocol) {
    /// Matches every connection: the starting point for the `with` methods, not a valid route by
    /// itself.
    public static final Route ANY =
            new Route(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());

    /// Orders the most specific route first.
    static final Comparator<Route> SPECIFIC_FIRST =
            Comparator.<Route>comparingInt(route -> weight(route.sni, route.host))
                    .thenComparingInt(route -> route.path.map(String::length).orElse(0))
                    .thenComparingInt(route -> route.alpn.isPresent() ? 1 : 0)
                    .thenComparingInt(route -> route.protocol.isPresent() ? 1 : 0)
                    .reversed();

    /// What a client speaks. HTTP/2 within TLS is [#TLS], distinguished by its `alpn`.
    public enum Speech {
        TLS,
        HTTP,
        HTTP2,
        SSH;

        /// The spelling in a route.
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Route {
        boolean tls = sni.isPresent() || alpn.isPresent();
        boolean http = host.isPresent() || path.isPresent();
        if (tls && http) {
            throw new IllegalArgumentException(
                    "sni and alpn need TLS, host and path plain HTTP: no connection has both");
        }
        if (tls && protocol.filter(p -> p != Speech.TLS).isPresent()) {
            throw new IllegalArgumentException(
                    "sni and alpn go with protocol tls, not " + protocol.get().text());
        }
        if (http && protocol.filter(p -> p != Speech.HTTP).isPresent()) {
            throw new IllegalArgumentException(
                    "host and path go with protocol http, not " + protocol.get().text());
        }
        if (path.filter(p -> !p.startsWith("/")).isPresent()) {
            throw new IllegalArgumentException("a path begins with /: " + path.get());
        }
        if (path.filter(p -> !p.matches("[!-~&&[^?#]]+")).isPresent()) {
            throw new IllegalArgumentException(
                    "write a path as clients send it, without a query: " + path.get());
        }
        if (alpn.filter(String::isBlank).isPresent()) {
            throw new IllegalArgumentException("alpn names a protocol, such as h2 or http/1.1");
        }
    }

    public Route withSni(String name) {
        return new Route(Optional.of(new NamePattern(name)), alpn, host, path, protocol);
    }

    public Route withAlpn(String name) {
        return new Route(sni, Optional.of(name), host, path, protocol);
    }

    public Route withHost(String name) {
        return new Route(sni, alpn, Optional.of(new NamePattern(name)), path, protocol);
    }

    public Route withPath(String prefix) {
        return new Route(sni, alpn, host, Optional.of(prefix), protocol);
    }

    public Route withProtocol(Speech speech) {
        return new Route(sni, alpn, host, path, Optional.of(speech));
    }

    /// Whether a connection with these first bytes matches.
    public boolean matches(FirstBytes first) {
        return switch (first) {
            case FirstBytes.Tls(Optional<String> name, List<String> offered) ->
                    is(Speech.TLS)
                            && host.isEmpty()
                            && path.isEmpty()
                            && agrees(sni, name)
                            && alpn.map(offered::contains).orElse(true);
            case FirstBytes.Http1(String _, Optional<String> name, String target) ->
                    is(Speech.HTTP)
                            && sni.isEmpty()
                            && alpn.isEmpty()
                            && agrees(host, name)
                            && path.map(prefix -> below(prefix, target)).orElse(true);
            case FirstBytes.Http2() -> protocol.equals(Optional.of(Speech.HTTP2));
            case FirstBytes.Ssh() -> protocol.equals(Optional.of(Speech.SSH));
            case FirstBytes.Proxy _, FirstBytes.NeedMore _, FirstBytes.Other _ -> false;
        };
    }

    private boolean is(Speech speech) {
        return protocol.map(p -> p == speech).orElse(true);
    }

    private static boolean agrees(Optional<NamePattern> wanted, Optional<String> name) {
        return wanted.map(pattern -> name.filter(pattern::matches).isPresent()).orElse(true);
    }

    private static boolean below(String prefix, String target) {
        return target.startsWith(prefix)
                && (prefix.endsWith("/")
                        || target.length() == prefix.length()
                        || target.charAt(prefix.length()) == '/');
    }

    private static int weight(Optional<NamePattern> sni, Optional<NamePattern> host) {
        return sni.or(() -> host).map(NamePattern::weight).orElse(0);
    }

    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        sni.ifPresent(name -> parts.add("sni = " + name));
        alpn.ifPresent(name -> parts.add("alpn = " + name));
        host.ifPresent(name -> parts.add("host = " + name));
        path.ifPresent(prefix -> parts.add("path = " + prefix));
        protocol.ifPresent(speech -> parts.add("protocol = " + speech.text()));
        return parts.isEmpty() ? "any" : String.join(", ", parts);
    }
}
