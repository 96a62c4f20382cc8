package dev.berth.dispatch;

import java.util.Locale;
import java.util.Optional;

/// Host names as they are compared: in lower case, without a dot at the end.
final class HostNames {
    private static final int MOST = 255;

    private HostNames() {}

    /// A name as sent; empty if it has other than visible ASCII characters, none, or too many.
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
