package dev.berth.dispatch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.berth.net.Addresses;
import dev.berth.sys.SockAddr;

import java.util.Optional;
import java.util.regex.Pattern;

/// Parses the header of the PROXY protocol.
///
/// **Shape:** version 1 is a line, `PROXY TCP4 192.0.2.1 192.0.2.2 40000 443`; version 2 is
///
///     0           12            13                14       16
///     | signature | 0x20 or 21 | family, protocol | length | addresses, then TLVs |
///
/// **Source:** haproxy's doc/proxy-protocol.txt, 2.1 and 2.2
final class ProxyHeader {
    private static final int MOST_TEXT = 107;
    private static final int FIXED = 16;
    private static final int LOCAL = 0x20;
    private static final int PROXY = 0x21;
    private static final int TCP4 = 0x11;
    private static final int TCP6 = 0x21;

    private static final Pattern DIGITS = Pattern.compile("[0-9.]+");
    private static final Pattern HEXADECIMAL = Pattern.compile("[0-9a-fA-F:.]+");
    private static final Pattern PORT = Pattern.compile("0|[1-9][0-9]{0,4}");

    private ProxyHeader() {}

    static FirstBytes text(byte[] bytes, int length) {
        int most = Math.min(length, MOST_TEXT);
        for (int i = 1; i < most; i++) {
            if (bytes[i] == '\n') {
                return bytes[i - 1] == '\r'
                        ? line(new String(bytes, 0, i - 1, ISO_8859_1), i + 1)
                        : FirstBytes.OTHER;
            }
        }
        return length < MOST_TEXT ? FirstBytes.NEED_MORE : FirstBytes.OTHER;
    }

    private static FirstBytes line(String line, int length) {
        String[] words = line.split(" ", -1);
        if (words[1].equals("UNKNOWN")) {
            return new FirstBytes.Proxy(1, Optional.empty(), length);
        }
        boolean four = words[1].equals("TCP4");
        if (words.length != 6 || !(four || words[1].equals("TCP6"))) {
            return FirstBytes.OTHER;
        }
        Optional<SockAddr.Inet> source = address(four, words[2], words[4]);
        Optional<SockAddr.Inet> destination = address(four, words[3], words[5]);
        return source.isEmpty() || destination.isEmpty()
                ? FirstBytes.OTHER
                : new FirstBytes.Proxy(
                        1, Optional.of(new AddressPair(source.get(), destination.get())), length);
    }

    private static Optional<SockAddr.Inet> address(boolean four, String host, String port) {
        boolean plain = (four ? DIGITS : HEXADECIMAL).matcher(host).matches();
        if (!plain || !PORT.matcher(port).matches() || Integer.parseInt(port) > 0xffff) {
            return Optional.empty();
        }
        try {
            SockAddr.Inet address = Addresses.of(host, Integer.parseInt(port));
            return Optional.of(address).filter(a -> four == (a instanceof SockAddr.Inet4));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    static FirstBytes binary(byte[] bytes, int length) {
        if (length < FIXED) {
            return FirstBytes.NEED_MORE;
        }
        Cursor header = new Cursor(bytes, 12, FIXED);
        int command = header.u8();
        int family = header.u8();
        int whole = FIXED + header.u16();
        if (command != LOCAL && command != PROXY) {
            return FirstBytes.OTHER;
        }
        if (length < whole) {
            return FirstBytes.NEED_MORE;
        }
        Cursor addresses = new Cursor(bytes, FIXED, whole);
        Optional<AddressPair> ends =
                command == LOCAL
                        ? Optional.empty()
                        : switch (family) {
                            case TCP4 -> Optional.of(ends4(addresses));
                            case TCP6 -> Optional.of(ends6(addresses));
                            default -> Optional.empty();
                        };
        return addresses.broken() ? FirstBytes.OTHER : new FirstBytes.Proxy(2, ends, whole);
    }

    private static AddressPair ends4(Cursor c) {
        int source = int32(c);
        int destination = int32(c);
        int sourcePort = c.u16();
        return new AddressPair(
                new SockAddr.Inet4(source, sourcePort), new SockAddr.Inet4(destination, c.u16()));
    }

    private static AddressPair ends6(Cursor c) {
        long[] words = {int64(c), int64(c), int64(c), int64(c)};
        int sourcePort = c.u16();
        return new AddressPair(
                new SockAddr.Inet6(words[0], words[1], sourcePort),
                new SockAddr.Inet6(words[2], words[3], c.u16()));
    }

    private static int int32(Cursor c) {
        return c.u16() << 16 | c.u16();
    }

    private static long int64(Cursor c) {
        return (long) int32(c) << 32 | (int32(c) & 0xffff_ffffL);
    }
}
