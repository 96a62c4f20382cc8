package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.sys.SockAddr;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Random;

final class AddressesTest {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:8080, 127.0.0.1:8080",
        "0.0.0.0:0, 0.0.0.0:0",
        "255.255.255.255:65535, 255.255.255.255:65535",
        "*:80, 0.0.0.0:80",
        ":80, 0.0.0.0:80",
        "80, 0.0.0.0:80",
        "localhost:80, 127.0.0.1:80",
        "' 127.0.0.1:80 ', 127.0.0.1:80",
        "[::]:80, [::]:80",
        "[::1]:80, [::1]:80",
        "[1::]:80, [1::]:80",
        "[1:2:3:4:5:6:7:8]:80, [1:2:3:4:5:6:7:8]:80",
        "[0:0:0:0:0:0:0:1]:80, [::1]:80",
        "[1::8]:80, [1::8]:80",
        "[::2:3:4:5:6:7:8]:80, [0:2:3:4:5:6:7:8]:80",
        "[2001:DB8::0a]:80, [2001:db8::a]:80",
        "[::ffff:127.0.0.1]:80, [::ffff:127.0.0.1]:80",
        "[::ffff:7f00:1]:80, [::ffff:127.0.0.1]:80",
        "[1:2:3:4:5:6:1.2.3.4]:80, [1:2:3:4:5:6:102:304]:80",
        "[fe80::1%3]:80, [fe80::1%3]:80",
        "[fe80::1%lo]:80, [fe80::1%1]:80",
    })
    void addressIsRead(String text, String canonical) {
        assertThat(Addresses.parse(text)).hasToString(canonical);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "127.0.0.1|there is no port",
                "''|there is no port",
                "[::1]|there is no port",
                "http|there is no port",
                "127.0.0.1:|the port must be a number",
                "127.0.0.1:65536|the port must be a number",
                "127.0.0.1:-1|the port must be a number",
                "127.0.0.1:+1|the port must be a number",
                "127.0.0.1:080808|the port must be a number",
                "123456|the port must be a number",
                "::1:80|in brackets",
                "[127.0.0.1]:80|only an IPv6 address can be in brackets",
                "[]:80|only an IPv6 address can be in brackets",
                "example.org:80|names are not looked up",
                "1.2.3:80|four numbers from 0 to 255",
                "1.2.3.4.5:80|four numbers from 0 to 255",
                "1.2.3.256:80|four numbers from 0 to 255",
                "1.2.3.04:80|four numbers from 0 to 255",
                "1.2.3.:80|four numbers from 0 to 255",
                "[1:2:3:4:5:6:7]:80|not an IPv6 address",
                "[1:2:3:4:5:6:7:8:9]:80|not an IPv6 address",
                "[1:2:3:4::5:6:7:8]:80|not an IPv6 address",
                "[1::2::3]:80|not an IPv6 address",
                "[:::]:80|not an IPv6 address",
                "[12345::]:80|not an IPv6 address",
                "[g::]:80|not an IPv6 address",
                "[:1:2:3:4:5:6:7]:80|not an IPv6 address",
                "[1.2.3.4::]:80|not an IPv6 address",
                "[::1.2.3]:80|four numbers from 0 to 255",
                "[::1.2.3.4:5]:80|not an IPv6 address",
                "[fe80::1%nosuchdevice]:80|there is no network device nosuchdevice",
                "[fe80::1%]:80|there is no network device",
            })
    void anInvalidAddressIsExplained(String text, String problem) {
        assertThatThrownBy(() -> Addresses.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(problem)
                .hasMessageContaining("write for example ");
    }

    @Test
    void theMessageIsOneLineWhateverWasWritten() {
        assertThatThrownBy(() -> Addresses.parse("80\n81"))
                .hasMessageContaining("\"80 81\"")
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 65536})
    void portOutOfRangeIsRefused(int port) {
        assertThatThrownBy(() -> Addresses.of("127.0.0.1", port))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("port=" + port);
    }

    @Test
    void ipv6TextMeansWhatTheJdkReads() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            String text = randomInet6(random);
            byte[] expected = InetAddress.ofLiteral(text).getAddress();
            SockAddr.Inet6 read = (SockAddr.Inet6) Addresses.of(text, 80);
            byte[] raw = read.encode();
            byte[] address = Arrays.copyOfRange(raw, 8, 24);
            byte[] comparable =
                    expected.length == 4 ? Arrays.copyOfRange(address, 12, 16) : address;
            assertThat(comparable).as("%s, seed %d", text, seed).isEqualTo(expected);
            assertThat(Addresses.parse(read.toString())).as("seed %d", seed).isEqualTo(read);
        }
    }

    @Test
    @ExtendWith(NamespaceExtension.class)
    void zoneMayBeADeviceWithoutAnAddress() throws Exception {
        assertThat(NetworkDevices.create("naked", "bridge")).isZero();

        SockAddr.Inet6 read = (SockAddr.Inet6) Addresses.parse("[fe80::1%naked]:80");

        assertThat(read.scope()).isGreaterThan(1);
    }

    private static String randomInet6(Random random) {
        int gap = random.nextInt(9);
        StringBuilder text = new StringBuilder();
        int left = gap == 8 ? 8 : random.nextInt(gap + 1);
        int right = gap == 8 ? 0 : random.nextInt(8 - left);
        for (int i = 0; i < left; i++) {
            text.append(i == 0 ? "" : ":").append(group(random));
        }
        if (left < 8) {
            text.append("::");
            for (int i = 0; i < right; i++) {
                text.append(i == 0 ? "" : ":").append(group(random));
            }
        }
        return text.toString();
    }

    private static String group(Random random) {
        return Integer.toHexString(random.nextInt(3) == 0 ? 0 : random.nextInt(0x10000));
    }
}
