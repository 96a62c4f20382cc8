package dev.berth.dispatch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Parses a TLS ClientHello that spans one or more records.
///
/// **Shape:** a record is `22 | version, 2 bytes | length, 2 bytes | part of the handshake`; the
/// handshake message is `1 | length, 3 bytes | body`.
///
/// **Source:** RFC 8446, 4.1.2 and 5.1; RFC 6066, 3 (server_name); RFC 7301 (ALPN). GREASE (RFC
/// 8701) needs no special handling: unknown values are skipped.
final class ClientHello {
    static final int RECORD_TYPE = 22;

    private static final int RECORD_HEADER = 5;
    private static final int MOST_RECORD = 1 << 14;
    private static final int MESSAGE_HEADER = 4;
    private static final int MESSAGE_TYPE = 1;

    /// No client's hello is longer; waiting for more would be pointless.
    private static final int MOST_MESSAGE = 1 << 16;

    private static final int VERSION_AND_RANDOM = 2 + 32;
    private static final int SERVER_NAME = 0;
    private static final int HOST_NAME = 0;
    private static final int ALPN = 16;

    private ClientHello() {}

    static FirstBytes read(byte[] bytes, int length) {
        byte[] message = new byte[length];
        int have = 0;
        int at = 0;
        while (at < length) {
            int part = recordLength(bytes, at, length);
            if (part < 0) {
                return FirstBytes.OTHER;
            }
            int from = at + RECORD_HEADER;
            int present = Math.clamp(length - from, 0, part);
            System.arraycopy(bytes, Math.min(from, length), message, have, present);
            have += present;
            int whole = messageLength(message, have);
            if (whole < 0) {
                return FirstBytes.OTHER;
            }
            if (have >= whole) {
                return body(new Cursor(message, MESSAGE_HEADER, whole));
            }
            at = from + part;
        }
        return FirstBytes.NEED_MORE;
    }

    /// The length in a record's header; 1 if the header is incomplete, −1 if this cannot be a
    /// handshake record.
    private static int recordLength(byte[] bytes, int at, int length) {
        Cursor header = new Cursor(bytes, at, Math.min(length, at + RECORD_HEADER));
        if (header.u8() != RECORD_TYPE || (header.more() && header.u8() != 3)) {
            return -1;
        }
        header.u8();
        int part = header.u16();
        if (header.broken()) {
            return 1;
        }
        return part == 0 || part > MOST_RECORD ? -1 : part;
    }

    /// The length of the message including its header; more than is available if the header is
    /// incomplete, −1 if this is not a ClientHello.
    private static int messageLength(byte[] message, int have) {
        if (have > 0 && message[0] != MESSAGE_TYPE) {
            return -1;
        }
        Cursor header = new Cursor(message, 0, Math.min(have, MESSAGE_HEADER));
        header.u8();
        int length = header.u24();
        if (header.broken()) {
            return MESSAGE_HEADER;
        }
        return length > MOST_MESSAGE ? -1 : MESSAGE_HEADER + length;
    }

    private static FirstBytes body(Cursor hello) {
        hello.skip(VERSION_AND_RANDOM);
        hello.vector8(); // session
        hello.vector16(); // cipher suites
        hello.vector8(); // compression
        if (hello.broken()) {
            return FirstBytes.OTHER;
        }
        Extensions found = new Extensions();
        if (hello.more()) {
            found.read(hello.vector16());
        }
        return hello.broken() || hello.more() || found.malformed
                ? FirstBytes.OTHER
                : new FirstBytes.Tls(found.sni, found.alpn);
    }

    private static final class Extensions {
        Optional<String> sni = Optional.empty();
        List<String> alpn = List.of();
        boolean malformed;

        void read(Cursor extensions) {
            while (extensions.more() && !malformed) {
                int type = extensions.u16();
                Cursor data = extensions.vector16();
                malformed = extensions.broken();
                if (type == SERVER_NAME && !malformed) {
                    serverName(data.vector16());
                    malformed |= data.broken() || data.more();
                } else if (type == ALPN && !malformed) {
                    protocols(data.vector16());
                    malformed |= data.broken() || data.more();
                }
            }
        }

        private void serverName(Cursor names) {
            malformed |= sni.isPresent() || !names.more();
            while (names.more() && !malformed) {
                int type = names.u8();
                Cursor name = names.vector16();
                malformed = names.broken() || !name.more();
                if (type == HOST_NAME && !malformed && sni.isEmpty()) {
                    sni = HostNames.plain(name.text());
                    malformed = sni.isEmpty();
                }
            }
        }

        private void protocols(Cursor names) {
            malformed |= !alpn.isEmpty() || !names.more();
            List<String> found = new ArrayList<>();
            while (names.more() && !malformed) {
                Cursor name = names.vector8();
                malformed = names.broken() || !name.more();
                found.add(name.text());
            }
            alpn = found;
        }
    }
}
