package dev.berth.dispatch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Optional;

/// Parses the head of an HTTP/1 request as far as its host.
///
/// **Source:** RFC 9112, 2.1, 3 and 3.2: the target's authority takes precedence over the Host
/// field. A lone line feed ends a line too.
final class RequestHead {
    private static final int MOST_METHOD = 24;
    private static final String HOST = "host:";

    private final byte[] bytes;
    private final int length;
    private int at;

    private RequestHead(byte[] bytes, int length) {
        this.bytes = bytes;
        this.length = length;
    }

    static FirstBytes read(byte[] bytes, int length) {
        return new RequestHead(bytes, length).request();
    }

    private FirstBytes request() {
        while (at < length && at <= MOST_METHOD && letter(bytes[at])) {
            at++;
        }
        if (at == length) {
            return at > MOST_METHOD ? FirstBytes.OTHER : FirstBytes.NEED_MORE;
        }
        if (at == 0 || bytes[at] != ' ') {
            return FirstBytes.OTHER;
        }
        String method = text(0, at);
        at++;
        Optional<String> line = line();
        if (!printable(method.length(), line.isEmpty() ? length : at - 1)) {
            return FirstBytes.OTHER;
        }
        if (line.isEmpty()) {
            return FirstBytes.NEED_MORE;
        }
        int space = line.get().lastIndexOf(' ');
        boolean http =
                space > 0
                        && line.get().startsWith("HTTP/1.", space + 1)
                        && line.get().indexOf(' ') == space;
        return http ? withTarget(method, line.get().substring(0, space)) : FirstBytes.OTHER;
    }

    private FirstBytes withTarget(String method, String target) {
        int scheme = target.indexOf("://");
        if (scheme > 0 && !target.startsWith("/")) {
            String rest = target.substring(scheme + 3);
            String authority = rest.split("[/?]", 2)[0];
            String host = authority.substring(authority.lastIndexOf('@') + 1);
            return named(method, host, path(rest.substring(authority.length())));
        }
        if (method.equals("CONNECT")) {
            return named(method, target, "");
        }
        return fields(method, target.startsWith("/") ? path(target) : target);
    }

    private FirstBytes fields(String method, String path) {
        while (true) {
            Optional<String> line = line();
            if (line.isEmpty()) {
                return FirstBytes.NEED_MORE;
            }
            if (line.get().isEmpty()) {
                return new FirstBytes.Http1(method, Optional.empty(), path);
            }
            if (line.get().regionMatches(true, 0, HOST, 0, HOST.length())) {
                return named(method, line.get().substring(HOST.length()).strip(), path);
            }
        }
    }

    private static FirstBytes named(String method, String authority, String path) {
        return new FirstBytes.Http1(method, HostNames.withoutPort(authority), path);
    }

    private static String path(String target) {
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        return path.isEmpty() ? "/" : path;
    }

    /// The next line without its terminator; empty if the line is incomplete.
    private Optional<String> line() {
        int from = at;
        int end = from;
        while (end < length && bytes[end] != '\n') {
            end++;
        }
        if (end == length) {
            return Optional.empty();
        }
        at = end + 1;
        boolean carriageReturn = end > from && bytes[end - 1] == '\r';
        return Optional.of(text(from, carriageReturn ? end - 1 : end));
    }

    private String text(int from, int end) {
        return new String(bytes, from, end - from, ISO_8859_1);
    }

    /// Whether there are no control characters, except a carriage return at the end.
    private boolean printable(int from, int end) {
        for (int i = from; i < end; i++) {
            boolean control = bytes[i] >= 0 && bytes[i] < ' ';
            if (control && !(bytes[i] == '\r' && i == end - 1)) {
                return false;
            }
        }
        return true;
    }

    private static boolean letter(byte c) {
        return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '-' || c == '_';
    }
}
