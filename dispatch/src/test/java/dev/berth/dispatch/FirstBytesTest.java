package dev.berth.dispatch;

import static dev.berth.dispatch.SampleBytes.proxy2;
import static dev.berth.dispatch.SampleBytes.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

class FirstBytesTest {
    private static FirstBytes read(byte[] bytes) {
        return FirstBytes.read(bytes, bytes.length);
    }

    private static FirstBytes read(String text) {
        return read(text(text));
    }

    @Test
    void theNameAndProtocolsOfJdkHellosAreRead() throws Exception {
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            assertThat(read(ClientHellos.jdk(version, "a.example", "h2", "http/1.1")))
                    .isEqualTo(
                            new FirstBytes.Tls(
                                    Optional.of("a.example"), List.of("h2", "http/1.1")));
            assertThat(read(ClientHellos.jdk(version, "")))
                    .isEqualTo(new FirstBytes.Tls(Optional.empty(), List.of()));
            assertThat(read(ClientHellos.jdk(version, "b.example")))
                    .isEqualTo(new FirstBytes.Tls(Optional.of("b.example"), List.of()));
        }
    }

    @Test
    void everyPrefixNeedsMoreAndLaterBytesDoNotChangeTheAnswer() throws Exception {
        for (byte[] whole : SampleBytes.all()) {
            FirstBytes end = read(whole);
            assertThat(end).isNotEqualTo(FirstBytes.NEED_MORE);
            boolean decided = false;
            for (int length = 0; length <= whole.length; length++) {
                FirstBytes seen = FirstBytes.read(whole, length);
                decided |= seen != FirstBytes.NEED_MORE;
                assertThat(seen).isEqualTo(decided ? end : FirstBytes.NEED_MORE);
            }
            byte[] longer = ClientHellos.join(whole, new byte[100]);
            assertThat(read(longer)).isEqualTo(end);
        }
    }

    @Test
    void aHelloIsNeededToTheLastByte() throws Exception {
        for (byte[] hello : ClientHellos.jdk()) {
            assertThat(FirstBytes.read(hello, hello.length - 1)).isEqualTo(FirstBytes.NEED_MORE);
        }
    }

    @Test
    void aHelloMayBeSplitIntoManyRecords() {
        byte[] message =
                ClientHellos.message(
                        ClientHellos.serverName("a.example"), ClientHellos.alpn("h2", "http/1.1"));
        FirstBytes expected =
                new FirstBytes.Tls(Optional.of("a.example"), List.of("h2", "http/1.1"));
        for (int size : new int[] {1, 2, 3, 4, 5, 50, message.length}) {
            assertThat(read(ClientHellos.records(message, size))).isEqualTo(expected);
        }
    }

    @Test
    void aBrowsersLargeHelloWithUnknownExtensionsIsRead() {
        byte[] hello = ClientHellos.browser("Shop.Example.");
        assertThat(hello.length).isGreaterThan(1_300);
        assertThat(read(hello))
                .isEqualTo(
                        new FirstBytes.Tls(
                                Optional.of("shop.example"), List.of("\n\n", "h2", "http/1.1")));
    }

    @Test
    void anOldHelloHasNoExtensions() {
        byte[] message = ClientHellos.message();
        byte[] without = Arrays.copyOf(message, message.length - 2);
        without[3] -= 2;
        assertThat(read(ClientHellos.record(without)))
                .isEqualTo(new FirstBytes.Tls(Optional.empty(), List.of()));
    }

    @Test
    void malformedHellosAreOther() {
        byte[] nameBeyondItsList =
                ClientHellos.extension(0, ClientHellos.bytes(0, 4, 0, 0, 9, 'a'));
        byte[] empty = ClientHellos.extension(0, ClientHellos.bytes(0, 0));
        byte[] garbage =
                ClientHellos.join(
                        ClientHellos.serverName("a.example"), ClientHellos.bytes(1, 2, 3));
        byte[] twice =
                ClientHellos.join(ClientHellos.serverName("a"), ClientHellos.serverName("b"));
        byte[] space = ClientHellos.serverName("a b");
        for (byte[] wrong : List.of(nameBeyondItsList, empty, garbage, twice, space)) {
            assertThat(read(ClientHellos.record(ClientHellos.message(wrong))))
                    .isEqualTo(FirstBytes.OTHER);
        }
        assertThat(read(ClientHellos.bytes(22, 2))).isEqualTo(FirstBytes.OTHER);
        assertThat(read(ClientHellos.bytes(22, 3, 1, 0, 0))).isEqualTo(FirstBytes.OTHER);
        assertThat(read(ClientHellos.bytes(22, 3, 1, 0x40, 1))).isEqualTo(FirstBytes.OTHER);
        assertThat(read(ClientHellos.bytes(22, 3, 1, 0, 9, 2))).isEqualTo(FirstBytes.OTHER);
        assertThat(read(ClientHellos.bytes(22, 3, 1, 0, 9, 1, 1, 0, 1)))
                .isEqualTo(FirstBytes.OTHER);
        assertThat(read(ClientHellos.bytes(22, 3, 1, 0, 1, 1, 21))).isEqualTo(FirstBytes.OTHER);
    }

    @Test
    void theHostOfARequestIsReadWithoutPortInLowerCase() {
        assertThat(read("GET /a?b HTTP/1.1\r\nX: y\r\nhOsT:  A.Example:8080 \r\n"))
                .isEqualTo(new FirstBytes.Http1("GET", Optional.of("a.example"), "/a"));
        assertThat(read("GET / HTTP/1.1\nHost: [2001:DB8::1]:80\n"))
                .isEqualTo(new FirstBytes.Http1("GET", Optional.of("2001:db8::1"), "/"));
        assertThat(read("GET / HTTP/1.1\r\nHost:\r\n"))
                .isEqualTo(new FirstBytes.Http1("GET", Optional.empty(), "/"));
    }

    @Test
    void theTargetsHostTakesPrecedenceOverTheField() {
        assertThat(read("GET http://u:p@B.example:81?q HTTP/1.1\r\n"))
                .isEqualTo(new FirstBytes.Http1("GET", Optional.of("b.example"), "/"));
        assertThat(read("CONNECT c.example:443 HTTP/1.1\r\n"))
                .isEqualTo(new FirstBytes.Http1("CONNECT", Optional.of("c.example"), ""));
        assertThat(read("OPTIONS * HTTP/1.1\r\nHost: a\r\n"))
                .isEqualTo(new FirstBytes.Http1("OPTIONS", Optional.of("a"), "*"));
        assertThat(read("GET /to/http://x/ HTTP/1.1\r\nHost: a\r\n"))
                .isEqualTo(new FirstBytes.Http1("GET", Optional.of("a"), "/to/http://x/"));
    }

    @Test
    void aFoldedLineIsNotAHostAndNoHostIsNeeded() {
        assertThat(read("GET / HTTP/1.1\r\nA: b\r\n Host: evil\r\n\r\n"))
                .isEqualTo(new FirstBytes.Http1("GET", Optional.empty(), "/"));
        assertThat(read("GET / HTTP/1.0\r\n\r\n"))
                .isEqualTo(new FirstBytes.Http1("GET", Optional.empty(), "/"));
    }

    @Test
    void otherTextIsNotARequest() {
        for (String other :
                List.of(
                        "HELO a\r\n",
                        "GET  HTTP/1.1\r\n",
                        "GET /a b HTTP/1.1\r\n",
                        "GET / HTTP/2.0\r\n",
                        "EHLO\r",
                        "\0",
                        " GET",
                        "\r\nGET / HTTP/1.1\r\n",
                        "GET \0",
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
            assertThat(read(other)).as(other).isEqualTo(FirstBytes.OTHER);
        }
        assertThat(read("PO")).isEqualTo(FirstBytes.NEED_MORE);
        assertThat(read("POST / HTTP/1.0\r\n\r\n")).isInstanceOf(FirstBytes.Http1.class);
    }

    @Test
    void theOtherKindsAreRecognisedByTheirPrefix() {
        assertThat(read("SSH-2.0-x")).isEqualTo(new FirstBytes.Ssh());
        assertThat(read("SSH")).isEqualTo(FirstBytes.NEED_MORE);
        assertThat(read("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).isEqualTo(new FirstBytes.Http2());
        assertThat(read("PRI * HTTP/1.1\r\nHost: a\r\n"))
                .isEqualTo(new FirstBytes.Http1("PRI", Optional.of("a"), "*"));
    }

    @Test
    void aTextProxyHeaderGivesBothEnds() {
        FirstBytes.Proxy four =
                (FirstBytes.Proxy) read("PROXY TCP4 192.0.2.1 198.51.100.2 40000 443\r\nGET");
        assertThat(four.ends().orElseThrow().text())
                .isEqualTo("tcp4 192.0.2.1 40000 198.51.100.2 443");
        assertThat(four.length()).isEqualTo(45);
        FirstBytes.Proxy six = (FirstBytes.Proxy) read("PROXY TCP6 2001:DB8::1 ::1 1 65535\r\n");
        assertThat(six.ends().orElseThrow().text()).isEqualTo("tcp6 2001:db8::1 1 ::1 65535");
        assertThat(read("PROXY UNKNOWN ffff:: whatever\r\n"))
                .isEqualTo(new FirstBytes.Proxy(1, Optional.empty(), 31));
    }

    @Test
    void malformedProxyHeadersAreOther() {
        for (String wrong :
                List.of(
                        "PROXY TCP4 192.0.2.1 198.51.100.2 40000\r\n",
                        "PROXY TCP4 192.0.2.256 198.51.100.2 1 2\r\n",
                        "PROXY TCP4 localhost 198.51.100.2 1 2\r\n",
                        "PROXY TCP4 ::1 198.51.100.2 1 2\r\n",
                        "PROXY TCP6 1.2.3.4 ::1 1 2\r\n",
                        "PROXY TCP4 1.2.3.4 1.2.3.4 65536 2\r\n",
                        "PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n",
                        "PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n",
                        "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n",
                        "PROXY " + "x".repeat(120))) {
            assertThat(read(wrong)).as(wrong).isEqualTo(FirstBytes.OTHER);
        }
        assertThat(read(proxy2("31 11 0000"))).isEqualTo(FirstBytes.OTHER);
        assertThat(read(proxy2("22 11 0000"))).isEqualTo(FirstBytes.OTHER);
        assertThat(read(proxy2("21 11 0004 c0000201"))).isEqualTo(FirstBytes.OTHER);
    }

    @Test
    void aBinaryProxyHeaderGivesBothEndsAndMayHaveMore() {
        FirstBytes.Proxy four =
                (FirstBytes.Proxy)
                        read(
                                proxy2(
                                        "21 11 0010 c0000201 c6336402 9c40 01bb 04 0001 00",
                                        text("x")));
        assertThat(four.length()).isEqualTo(32);
        assertThat(four.ends().orElseThrow().text())
                .isEqualTo("tcp4 192.0.2.1 40000 198.51.100.2 443");
        FirstBytes.Proxy six =
                (FirstBytes.Proxy)
                        read(
                                proxy2(
                                        "21 21 0024 20010db8000000000000000000000001"
                                                + " 00000000000000000000000000000001 0001 ffff"));
        assertThat(six.ends().orElseThrow().text()).isEqualTo("tcp6 2001:db8::1 1 ::1 65535");
        assertThat(read(proxy2("20 11 000c c0000201 c6336402 9c40 01bb")))
                .isEqualTo(new FirstBytes.Proxy(2, Optional.empty(), 28));
        assertThat(read(proxy2("21 31 0001 ff")))
                .isEqualTo(new FirstBytes.Proxy(2, Optional.empty(), 17));
    }
}
