package dev.berth.dispatch;

import java.net.IDN;
import java.util.Optional;
import java.util.regex.Pattern;

/// A host name, or `*.` and a domain, which matches every name below the domain at any depth but
/// not the domain itself.
///
/// @param text in lower case; an IPv6 address has no brackets
public record NamePattern(String text) {
    private static final String BELOW = "*.";

    /// Matches an empty label, or a single colon; an IPv6 address has several.
    private static final Pattern UNUSUAL = Pattern.compile("[*/]|^\\.|\\.\\.|^[^:]*:[^:]*$");

    public NamePattern {
        boolean below = text.startsWith(BELOW);
        String name = below ? text.substring(BELOW.length()) : text;
        boolean address = !below && name.startsWith("[") && name.endsWith("]");
        Optional<String> plain =
                HostNames.plain(address ? name.substring(1, name.length() - 1) : name);
        if (plain.isEmpty() || UNUSUAL.matcher(name).find()) {
            throw new IllegalArgumentException(
                    "a name looks like a.example or *.example, without a port, not \""
                            + text
                            + "\""
                            + asSent(name));
        }
        text = (below ? BELOW : "") + plain.get();
    }

    /// The form in which clients send a name with non-ASCII letters.
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

    /// Whether `name`, in lower case, matches.
    public boolean matches(String name) {
        return wildcard()
                ? name.length() > text.length() - 1 && name.endsWith(text.substring(1))
                : name.equals(text);
    }

    private boolean wildcard() {
        return text.startsWith(BELOW);
    }

    /// Higher for patterns that match fewer names: a whole name ranks first, then the longer
    /// domain.
    int weight() {
        return wildcard() ? text.length() : Integer.MAX_VALUE;
    }

    @Override
    public String toString() {
        return text;
    }
}
