package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.berth.sys.Sockets;
import dev.berth.testkit.Fuzz;

import org.junit.jupiter.api.Test;

import java.util.Optional;

/// Texts that /proc would never contain: each reader returns a value or nothing.
class ProcFuzzTest {
    private static final String EPOLL =
            "tfd:       12 events: 80000019 data: fffffffffffffffe  pos:0 ino:2a sdev:9";

    private int inputs;

    @Test
    void anyTextIsAProcessOrNone() throws Exception {
        String fields = ") S 1 42 42 0 -1 4194560 1 0 0 0 1 0 0 0 20 0 1 0 47110815 8192 1";
        Fuzz.ofTexts(
                        "processes",
                        "42 (nginx: worker" + fields,
                        "7 (a) b) (c" + fields,
                        "Name:\tjava\nUmask:\t0022\nState:\tS\nTgid:\t4711\nNgid:\t0\nPid:\t4712\n",
                        "socket:[123456]",
                        "anon_inode:[eventpoll]")
                .check(ProcFuzzTest::process);
    }

    private static void process(byte[] input) {
        String text = new String(input, ISO_8859_1);
        ProcessEntry.decode(input, input.length)
                .ifPresent(
                        entry -> {
                            assertThat(entry.state()).hasSize(1);
                            assertThat(entry.startTicks()).isNotNegative();
                            assertThat(entry.name().length()).isLessThan(input.length);
                        });
        ProcessList.threadGroup(text).ifPresent(pid -> assertThat(pid).isNotNegative());
        if (!text.startsWith("socket:[")) {
            assertThat(Holders.inode(text)).isZero();
        }
    }

    @Test
    void anyLineIsASocketOrNone() throws Exception {
        String rest = " 0A 00000000:00000002 03:000003E8 00000000  1000        0 4711 2 0 5";
        Fuzz.ofTexts(
                        "socket tables",
                        "   0: 0100007F:1F90 00000000:0000" + rest,
                        "  12: " + "0".repeat(24) + "01000000:1F90 " + "0".repeat(32) + ":0" + rest)
                .check(this::socket);
    }

    private void socket(byte[] input) {
        String line = new String(input, ISO_8859_1);
        int family = inputs++ % 2 == 0 ? Sockets.AF_INET : Sockets.AF_INET6;
        Protocol protocol = inputs % 3 == 0 ? Protocol.UDP : Protocol.TCP;
        ProcNet.row(protocol, family, line)
                .ifPresent(row -> assertThat(row.family()).isEqualTo(family));
    }

    @Test
    void anyLineIsAnEpollEntryOrNone() throws Exception {
        Fuzz.ofTexts("epoll sets", EPOLL, "tfd: 7 events: ffffffff data: f", "flags:\t02000002")
                .check(ProcFuzzTest::epoll);
    }

    /// An entry that was read is formatted as the kernel would, and read again.
    private static void epoll(byte[] input) {
        Optional<EpollEntry> entry = EpollEntry.parse(new String(input, ISO_8859_1));
        if (entry.isPresent()) {
            EpollEntry one = entry.get();
            String line =
                    "tfd: %8d events: %8x data: %16x  pos:0 ino:%x sdev:9"
                            .formatted(one.fd(), one.events(), one.data(), one.inode());
            Fuzz.require(EpollEntry.parse(line).equals(entry), line);
        }
    }

    @Test
    void aLineOfAnEpollSetHasAllFields() {
        assertThat(EpollEntry.parse(EPOLL)).contains(new EpollEntry(12, 0x8000_0019, -2, 0x2a));
        assertThat(EpollEntry.parse("tfd:  7 events:  1 data:  7"))
                .contains(new EpollEntry(7, 1, 7, 0));
        assertThat(EpollEntry.parse("flags:\t02000002")).isEmpty();
    }
}
