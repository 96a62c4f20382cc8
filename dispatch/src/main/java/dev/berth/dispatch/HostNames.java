package dev.berth.dispatch;

import java.util.Locale;
import java.util.Optional;

/// Host names in the form in which they are compared: lower case, without a trailing dot.
final class HostNames {
    private static final int MOST = 255;

    private HostNames() {}

    /// Normalises a name as sent; empty if it contains anything but visible ASCII characters, is
    /// empty, or is too long.
    static Optional<String> plain(String sent) {
        String name = sent.endsWith(".") ? sent.substring(0, sent.length() - 1) : sent;
        boolean visible = name.chars().allMatch(c -> c > ' ' && c < 0x7f);
        return !visible || name.isEmpty() || name.length() > MOST
                ? Optional.empty()
                : Optional.of(name.toLowerCase(Locale.ROOT));
    }

    /// The name in `host`, `host:port`, `[address]` or `[address]:port`.
    static Optional<String> withoutPort(String authority) {
        if (authority.startsWith("[")) {
            int close = authority.indexOf(']');
            return close < 0 ? Optional.empty() : plain(authority.substring(1, close));
        }
        int colon = authority.indexOf(':');
        return plain(colon < 0 ? authority : authority.substring(0, colon));
    }
}
