package dev.berth.dispatch;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/// ClientHellos from the JDK, and hand-made ones.
final class ClientHellos {
    private ClientHellos() {}

    /// A ClientHello from the JDK; without a server name if `sni` is empty.
    static byte[] jdk(String version, String sni, String... alpn) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(new String[] {version});
        SSLParameters parameters = engine.getSSLParameters();
        if (!sni.isEmpty()) {
            parameters.setServerNames(List.of(new SNIHostName(sni)));
        }
        parameters.setApplicationProtocols(alpn);
        engine.setSSLParameters(parameters);
        ByteBuffer out = ByteBuffer.allocate(64 * 1024);
        engine.wrap(ByteBuffer.allocate(0), out);
        byte[] hello = new byte[out.flip().remaining()];
        out.get(hello);
        return hello;
    }

    /// Both TLS versions, with and without a server name and protocols.
    static List<byte[]> jdk() throws Exception {
        List<byte[]> all = new ArrayList<>();
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            all.add(jdk(version, "a.example", "h2", "http/1.1"));
            all.add(jdk(version, "a.example"));
            all.add(jdk(version, "", "h2"));
            all.add(jdk(version, ""));
        }
        return all;
    }

    /// Like a browser's: GREASE in ciphers, extensions and protocols, a key share of 1,216 bytes.
    static byte[] browser(String sni) {
        return record(
                message(
                        extension(0x0a0a),
                        serverName(sni),
                        extension(51, vector16(bytes(0x3a, 0x3a, 0, 1, 0), keyShare(1_216))),
                        extension(16, vector16(text8("\n\n"), text8("h2"), text8("http/1.1"))),
                        extension(0xfafa, new byte[] {0})));
    }

    static byte[] serverName(String name) {
        return extension(0, vector16(bytes(0), vector16(name.getBytes(StandardCharsets.US_ASCII))));
    }

    static byte[] alpn(String... names) {
        byte[][] all = new byte[names.length][];
        for (int i = 0; i < names.length; i++) {
            all[i] = text8(names[i]);
        }
        return extension(16, vector16(all));
    }

    private static byte[] keyShare(int size) {
        return join(bytes(0x11, 0xec), vector16(new byte[size]));
    }

    static byte[] extension(int type, byte[]... data) {
        return join(u16(type), vector16(data));
    }

    /// A handshake message with these extensions.
    static byte[] message(byte[]... extensions) {
        byte[] body =
                join(
                        bytes(3, 3),
                        new byte[32],
                        vector8(new byte[32]),
                        vector16(bytes(0x1a, 0x1a, 0x13, 1, 0x13, 2)),
                        vector8(bytes(0)),
                        vector16(extensions));
        return join(bytes(1, 0), u16(body.length), body);
    }

    static byte[] record(byte[] payload) {
        return join(bytes(22, 3, 1), u16(payload.length), payload);
    }

    /// The same message in records of `size` bytes.
    static byte[] records(byte[] message, int size) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < message.length; at += size) {
            int end = Math.min(message.length, at + size);
            out.writeBytes(record(java.util.Arrays.copyOfRange(message, at, end)));
        }
        return out.toByteArray();
    }

    private static byte[] text8(String text) {
        return vector8(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] vector8(byte[] data) {
        return join(bytes(data.length), data);
    }

    static byte[] vector16(byte[]... data) {
        byte[] whole = join(data);
        return join(u16(whole.length), whole);
    }

    private static byte[] u16(int value) {
        return bytes(value >> 8, value);
    }

    static byte[] bytes(int... values) {
        byte[] out = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            out[i] = (byte) values[i];
        }
        return out;
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
