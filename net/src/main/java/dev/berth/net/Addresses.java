package dev.berth.net;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.SockAddr;

import java.util.HexFormat;

/// Parses addresses as people write them. No name is ever looked up: the same text always means the
/// same address.
///
/// **Shape:** `127.0.0.1`, `::1`, `fe80::1%eth0`, `*` and the empty text (both `0.0.0.0`),
/// `localhost` (`127.0.0.1`); before a port, an IPv6 address is in brackets: `[::1]:8080`.
public final class Addresses {
    private static final String EXAMPLES = "127.0.0.1:8080, [::1]:8080, *:8080 or :8080";
    private static final int GROUPS = 8;

    private Addresses() {}

    /// Parses `ADDRESS:PORT`; a number alone is a port on all IPv4 addresses.
    ///
    /// @throws IllegalArgumentException if the text is not an address; the message says what is
    ///   wrong and shows how to write it
    public static SockAddr.Inet parse(String text) {
        String endpoint = text.strip();
        int colon = endpoint.lastIndexOf(':');
        if (colon < 0) {
            return of("", lonePort(endpoint, text));
        }
        String host = endpoint.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (endpoint.endsWith("]")) {
            throw wrong(text, "there is no port", EXAMPLES);
        }
        if (!bracketed && host.indexOf(':') >= 0) {
            throw wrong(text, "an IPv6 address with a port must be in brackets", "[::1]:8080");
        }
        int port = port(endpoint.substring(colon + 1), text);
        String bare = bracketed ? host.substring(1, host.length() - 1) : host;
        if (bracketed && bare.indexOf(':') < 0) {
            throw wrong(text, "only an IPv6 address can be in brackets", EXAMPLES);
        }
        return of(bare, port);
    }

    /// The address `host` (without brackets) at `port`.
    ///
    /// @throws IllegalArgumentException if `host` is not an address, or `port` is not in 0–65535
    public static SockAddr.Inet of(String host, int port) {
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException("port out of 0-65535: port=" + port);
        }
        return switch (host) {
            case "", "*" -> new SockAddr.Inet4(0, port);
            case "localhost" -> new SockAddr.Inet4(0x7f000001, port);
            default -> host.indexOf(':') < 0 ? inet4(host, port) : inet6(host, port);
        };
    }

    private static int lonePort(String endpoint, String text) {
        boolean digits = !endpoint.isEmpty() && endpoint.chars().allMatch(Addresses::isDigit);
        if (!digits) {
            throw wrong(text, "there is no port", EXAMPLES);
        }
        return port(endpoint, text);
    }

    private static int port(String digits, String text) {
        int port = decimal(digits, 5);
        if (port < 0 || port > 0xffff) {
            throw wrong(text, "the port must be a number from 0 to 65535", EXAMPLES);
        }
        return port;
    }

    private static SockAddr.Inet4 inet4(String host, int port) {
        int address = dottedQuad(host);
        if (address == 0 && !host.equals("0.0.0.0")) {
            String problem =
                    Character.isLetter(host.charAt(0))
                            ? "names are not looked up, except localhost"
                            : "an IPv4 address is four numbers from 0 to 255";
            throw wrong(host, problem, "127.0.0.1 or 0.0.0.0");
        }
        return new SockAddr.Inet4(address, port);
    }

    /// The address in host order; 0 if it is invalid (and for 0.0.0.0, which the caller checks
    /// itself).
    private static int dottedQuad(String host) {
        String[] parts = host.split("\\.", -1);
        if (parts.length != 4) {
            return 0;
        }
        int address = 0;
        for (String part : parts) {
            int octet = decimal(part, 3);
            // Some programs read a leading zero as octal, others as decimal.
            boolean ambiguous = part.length() > 1 && part.startsWith("0");
            if (octet < 0 || octet > 255 || ambiguous) {
                return 0;
            }
            address = address << 8 | octet;
        }
        return address;
    }

    private static SockAddr.Inet6 inet6(String host, int port) {
        int percent = host.indexOf('%');
        String bare = percent < 0 ? host : host.substring(0, percent);
        int scope = percent < 0 ? 0 : scope(host.substring(percent + 1), host);
        int gap = bare.indexOf("::");
        int[] head = groups(gap < 0 ? bare : bare.substring(0, gap), gap < 0, host);
        int[] tail = gap < 0 ? new int[0] : groups(bare.substring(gap + 2), true, host);
        int known = head.length + tail.length;
        if (gap < 0 ? known != GROUPS : known >= GROUPS) {
            throw notInet6(host);
        }
        int[] all = new int[GROUPS];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(tail, 0, all, GROUPS - tail.length, tail.length);
        return new SockAddr.Inet6(half(all, 0), half(all, 4), port, 0, scope);
    }

    /// The 16-bit groups between single colons. The last may be a dotted IPv4 address (two groups)
    /// if the text of the whole address ends there.
    private static int[] groups(String text, boolean atEnd, String host) {
        if (text.isEmpty()) {
            return new int[0];
        }
        String[] parts = text.split(":", -1);
        boolean dotted = atEnd && parts[parts.length - 1].indexOf('.') >= 0;
        int[] groups = new int[parts.length + (dotted ? 1 : 0)];
        int hex = dotted ? parts.length - 1 : parts.length;
        for (int i = 0; i < hex; i++) {
            groups[i] = group(parts[i], host);
        }
        if (dotted) {
            int quad = inet4(parts[hex], 0).address();
            groups[hex] = quad >>> 16;
            groups[hex + 1] = quad & 0xffff;
        }
        return groups;
    }

    private static int group(String part, String host) {
        boolean hex = part.chars().allMatch(HexFormat::isHexDigit);
        if (part.isEmpty() || part.length() > 4 || !hex) {
            throw notInet6(host);
        }
        return HexFormat.fromHexDigits(part);
    }

    private static long half(int[] groups, int from) {
        long value = 0;
        for (int i = from; i < from + 4; i++) {
            value = value << 16 | groups[i];
        }
        return value;
    }

    private static int scope(String zone, String host) {
        int index = decimal(zone, 9);
        if (index > 0) {
            return index;
        }
        int device = device(zone);
        if (device > 0) {
            return device;
        }
        throw wrong(host, "there is no network device " + zone, "fe80::1%eth0");
    }

    /// The index of the device, or 0. The JDK does not list a device without an address of its own.
    private static int device(String name) {
        try {
            return DeviceNames.index(name);
        } catch (ErrnoException cannotBeAsked) {
            return 0;
        }
    }

    private static int decimal(String digits, int most) {
        boolean number = digits.chars().allMatch(Addresses::isDigit);
        boolean fits = !digits.isEmpty() && digits.length() <= most;
        return number && fits ? Integer.parseInt(digits) : -1;
    }

    private static boolean isDigit(int character) {
        return character >= '0' && character <= '9';
    }

    private static IllegalArgumentException notInet6(String host) {
        return wrong(host, "this is not an IPv6 address", "::1, 2001:db8::1 or ::ffff:127.0.0.1");
    }

    static IllegalArgumentException wrong(String text, String problem, String example) {
        return new IllegalArgumentException(
                "\"%s\": %s; write for example %s"
                        .formatted(text.replace('\n', ' '), problem, example));
    }
}
