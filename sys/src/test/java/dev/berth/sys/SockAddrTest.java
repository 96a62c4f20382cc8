package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;

class SockAddrTest {
    static Stream<SockAddr> addresses() {
        return Stream.of(
                new SockAddr.Inet4(0x7f00_0001, 80),
                new SockAddr.Inet4(0xffff_ffff, 65535),
                new SockAddr.Inet6(0, 1, 443),
                new SockAddr.Inet6(0xfe80_0000_0000_0000L, 1, 443, 7, 3),
                new SockAddr.Unix(""),
                new SockAddr.Unix("/run/ünix.sock"),
                new SockAddr.Unix("@abstract\0name"),
                new SockAddr.Unix("@"),
                new SockAddr.Unix("/" + "x".repeat(106)),
                new SockAddr.Other(16, "000000000000000000ff"),
                new SockAddr.Other(0, ""));
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void anAddressSurvivesEncodingAndDecoding(SockAddr address) {
        byte[] raw = address.encode();

        assertThat(SockAddr.decode(raw, raw.length)).isEqualTo(address);
    }

    @Test
    void theBytesAreThoseOfC() {
        assertThat(hex(new SockAddr.Inet4(0x7f00_0001, 8080)))
                .isEqualTo("02001f907f0000010000000000000000");
        assertThat(hex(new SockAddr.Inet6(0x2001_0db8_0000_0000L, 1, 8080, 5, 2)))
                .isEqualTo("0a001f900000000520010db800000000000000000000000102000000");
        assertThat(hex(new SockAddr.Unix("/a"))).isEqualTo("01002f6100");
        assertThat(hex(new SockAddr.Unix("@a"))).isEqualTo("01000061");
        assertThat(hex(new SockAddr.Unix(""))).isEqualTo("0100");
    }

    private static String hex(SockAddr address) {
        return HexFormat.of().formatHex(address.encode());
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, ::",
        "0, 1, ::1",
        "20010db800000000, 1, 2001:db8::1",
        "20010db800000001, 0001000100010001, 2001:db8:0:1:1:1:1:1",
        "2001000000000001, 1, 2001:0:0:1::1",
        "2001000000000000, 0001000000000000, 2001::1:0:0:0",
        "2001000000000001, 0001000000000001, 2001::1:1:0:0:1",
        "2001000000000000, 0000000100000001, 2001::1:0:1",
        "fe80000000000000, 0, fe80::",
        "0, 0000ffff7f000001, ::ffff:127.0.0.1",
        "ffffffffffffffff, ffffffffffffffff, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
    })
    void textOfIpv6IsThatOfRfc5952(String high, String low, String text) {
        SockAddr.Inet6 address =
                new SockAddr.Inet6(
                        Long.parseUnsignedLong(high, 16), Long.parseUnsignedLong(low, 16), 80);

        assertThat(address).hasToString("[" + text + "]:80");
    }

    @Test
    void textOfAnyIpv6AddressReadsBackAsItself() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            long high = sparse(random);
            long low = sparse(random);
            String text = new SockAddr.Inet6(high, low, 0).host();
            InetAddress read = InetAddress.getByName(text);
            byte[] expected = ByteBuffer.allocate(16).putLong(high).putLong(low).array();
            if (read instanceof Inet6Address) {
                assertThat(read.getAddress()).as("%s, seed %d", text, seed).isEqualTo(expected);
            }
        }
    }

    /// A number with many groups of zeros.
    private static long sparse(Random random) {
        long value = 0;
        for (int i = 0; i < 4; i++) {
            value = value << 16 | (random.nextBoolean() ? 0 : random.nextInt(0x10000));
        }
        return value;
    }

    @Test
    void anyBytesDecodeAndEncodeToTheSameMeaning() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            byte[] raw = new byte[random.nextInt(130)];
            random.nextBytes(raw);
            if (raw.length > 1) {
                raw[0] = (byte) random.nextInt(12);
                raw[1] = 0;
            }
            SockAddr address = SockAddr.decode(raw, raw.length);
            byte[] again = address.encode();
            assertThat(SockAddr.decode(again, again.length))
                    .as("seed %d, round %d", seed, i)
                    .isEqualTo(address);
        }
    }

    @Test
    void aUnixNameThatIsNotTextOrTooLongKeepsItsBytes() {
        byte[] latin1 = {1, 0, '/', (byte) 0xfc, 0};
        byte[] full = new byte[110];
        Arrays.fill(full, (byte) 'x');
        full[0] = 1;
        full[1] = 0;

        assertThat(SockAddr.decode(latin1, 5)).isInstanceOf(SockAddr.Other.class);
        assertThat(SockAddr.decode(latin1, 5).encode()).isEqualTo(latin1);
        assertThat(SockAddr.decode(full, 110).encode()).isEqualTo(full);
        assertThat(SockAddr.decode(full, 109)).isInstanceOf(SockAddr.Unix.class);
    }

    @Test
    void anAddressThatIsTooShortForItsFamilyIsKeptAsItIs() {
        SockAddr address = SockAddr.decode(new byte[] {2, 0, 1, 2}, 4);

        assertThat(address).isEqualTo(new SockAddr.Other(2, "0102"));
        assertThat(address.encode()).containsExactly(2, 0, 1, 2);
    }

    @Test
    void anIpv6AddressMayComeWithoutItsScope() {
        byte[] raw = new SockAddr.Inet6(1, 2, 80, 0, 9).encode();

        assertThat(SockAddr.decode(raw, 24)).isEqualTo(new SockAddr.Inet6(1, 2, 80));
    }

    @Test
    void aLengthLargerThanTheBufferIsThatOfTheBuffer() {
        byte[] raw = new SockAddr.Inet4(1, 2).encode();

        assertThat(SockAddr.decode(raw, 1000)).isEqualTo(new SockAddr.Inet4(1, 2));
    }

    @Test
    void aPathThatBeginsWithAnAtIsNotMistakenForAnAbstractName() {
        byte[] raw = "..@file\0".getBytes(UTF_8);
        raw[0] = 1;
        raw[1] = 0;

        assertThat(SockAddr.decode(raw, raw.length)).isEqualTo(new SockAddr.Unix("./@file"));
    }

    @Test
    void wildcardsAndLoopbacksAreKnown() {
        assertThat(new SockAddr.Inet4(0, 1).wildcard()).isTrue();
        assertThat(new SockAddr.Inet6(0, 0, 1).wildcard()).isTrue();
        assertThat(new SockAddr.Inet6(0, 1, 1).wildcard()).isFalse();
        assertThat(new SockAddr.Inet4(0x7f01_0203, 1).loopback()).isTrue();
        assertThat(new SockAddr.Inet4(0x8000_0001, 1).loopback()).isFalse();
        assertThat(new SockAddr.Inet6(0, 1, 1).loopback()).isTrue();
        assertThat(SockAddr.Inet6.mapped(new SockAddr.Inet4(0x7f00_0001, 1)).loopback()).isTrue();
        assertThat(new SockAddr.Inet6(1, 1, 1).loopback()).isFalse();
    }

    @Test
    void aMappedAddressGivesBackTheOneInside() {
        SockAddr.Inet4 inner = new SockAddr.Inet4(0xc0a8_0001, 80);

        assertThat(SockAddr.Inet6.mapped(inner).mapped()).contains(inner);
        assertThat(new SockAddr.Inet6(0, 1, 80).mapped()).isEmpty();
    }

    @Test
    void textNamesAddressAndPort() {
        assertThat(new SockAddr.Inet4(0xc0a8_0102, 80)).hasToString("192.168.1.2:80");
        assertThat(new SockAddr.Inet6(0xfe80_0000_0000_0000L, 1, 80, 0, 2))
                .hasToString("[fe80::1%2]:80");
        assertThat(new SockAddr.Unix("@name")).hasToString("@name");
        assertThat(new SockAddr.Unix("")).hasToString("unnamed Unix socket");
        assertThat(new SockAddr.Other(16, "00")).hasToString("family 16 0x00");
    }

    @Test
    void impossibleAddressesAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new SockAddr.Inet4(0, 65536));
        assertThatIllegalArgumentException().isThrownBy(() -> new SockAddr.Inet6(0, 0, -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SockAddr.Unix("/" + "x".repeat(107)));
        assertThatIllegalArgumentException().isThrownBy(() -> new SockAddr.Unix("/a\0b"));
        assertThatIllegalArgumentException().isThrownBy(() -> new SockAddr.Other(1, "0"));
        assertThatIllegalArgumentException().isThrownBy(() -> new SockAddr.Other(65536, ""));
    }
}
