package dev.berth.dispatch;

import java.net.IDN;
import java.util.Optional;
import java.util.regex.Pattern;

/// A host name, or `*.` and a domain: every name below it, however deep, but not the domain itself.
///
/// @param text in lower case; of an IPv6 address without the brackets
public record NamePattern(String text) {
    private static final String BELOW = "*.";

    /// An empty part, or one colon: several are in the address of a host.
    private static final Pattern UNUSUAL = Pattern.compile("[*/]|^\\.|\\.\\.|^[^:]*:[^:]*$");

    public NamePattern {
        boolean below = text.startsWith(BELOW);
        String name = below ? text.substring(BELOW.length()) : text;
        boolean address = !below && name.startsWith("[") && name.endsWith("]");
        Optional<String> plain =
                HostNames.plain(address ? name.substring(1, name.length() - 1) : name);
        if (plain.isEmpty() || UNUSUAL.matcher(name).find()) {
            throw new IllegalArgumentException(
                    "a name is like a.example or *.example, without a port, not \""
                            + text
                            + "\""
                            + asSent(name));
        }
        text = (below ? BELOW : "") + plain.get();
    }

    /// Clients send a name of other letters in this form.
    private static String asSent(String name) {
        if (name.chars().allMatch(c -> c < 0x80)) {
            return "";
        }
        try {
            return "; clients send " + IDN.toASCII(name);
        } catch (IllegalArgumentException none) {
            return "";
        }
    }

    /// Whether `name`, in lower case, is meant.
    public boolean matches(String name) {
        return wildcard()
                ? name.length() > text.length() - 1 && name.endsWith(text.substring(1))
                : name.equals(text);
    }

    private boolean wildcard() {
        return text.startsWith(BELOW);
    }

    /// More for what matches fewer names: a whole name above all, then the longer domain.
    int weight() {
        return wildcard() ? text.length() : Integer.MAX_VALUE;
    }

    @Override
    public String toString() {
        return text;
    }
}
