package dev.berth.dispatch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Examples of the first bytes of every kind of connection.
final class SampleBytes {
    private SampleBytes() {}

    static byte[] text(String text) {
        return text.getBytes(ISO_8859_1);
    }

    static byte[] proxy2(String hex, byte[]... rest) {
        byte[] signature = text("\r\n\r\n\0\r\nQUIT\n");
        byte[] header = HexFormat.of().parseHex(hex.replace(" ", ""));
        return ClientHellos.join(signature, header, ClientHellos.join(rest));
    }

    static List<byte[]> all() throws Exception {
        List<byte[]> all = new ArrayList<>(ClientHellos.jdk());
        all.add(ClientHellos.browser("shop.example"));
        all.add(
                ClientHellos.records(
                        ClientHellos.message(ClientHellos.serverName("split.example")), 3));
        all.add(text("GET /a/b?c=d HTTP/1.1\r\nUser-Agent: x\r\nHost: a.example:8080\r\n\r\n"));
        all.add(text("GET http://b.example/x HTTP/1.1\r\nHost: a.example\r\n\r\n"));
        all.add(text("POST /x HTTP/1.0\r\n\r\n"));
        all.add(text("CONNECT [::1]:443 HTTP/1.1\r\n\r\n"));
        all.add(text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0"));
        all.add(text("SSH-2.0-OpenSSH_9.2\r\n"));
        all.add(text("PROXY TCP4 192.0.2.1 198.51.100.2 40000 443\r\nGET / HTTP/1.1\r\n\r\n"));
        all.add(text("PROXY TCP6 2001:db8::1 2001:db8::2 40000 443\r\n"));
        all.add(text("PROXY UNKNOWN\r\n"));
        all.add(proxy2("21 11 000c c0000201 c6336402 9c40 01bb", text("SSH-")));
        all.add(proxy2("20 00 0000"));
        all.add(text("HELO mail.example\r\n"));
        return all;
    }
}
