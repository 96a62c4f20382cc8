package dev.berth.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.testkit.SeededRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

class CbpfTableTest {

    private static final int CLIENT = 0x7f000001;
    private static final int[] FOUR = {5, 0, 9, 2};

    @ParameterizedTest
    @EnumSource(Family.class)
    void consecutiveSourcePortsSpreadEvenly(Family family) {
        long[] program = CbpfTable.program(Selection.HASH, FOUR, family);

        int[] counts = new int[10];
        IntStream.range(30_000, 32_000)
                .forEach(port -> counts[run(program, ipv4(CLIENT, port, 0))]++);

        assertThat(shares(counts)).allSatisfy(CbpfTableTest::isAQuarterOf2000);
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void evenSourcePortsOfManyClientsSpreadEvenly(Family family) {
        long[] program = CbpfTable.program(Selection.HASH, FOUR, family);
        int[] counts = new int[10];
        for (int client = 0; client < 40; client++) {
            for (int port = 40_000; port < 40_100; port += 2) {
                counts[run(program, ipv4(0x0a000001 + client, port, 0))]++;
            }
        }
        assertThat(shares(counts)).allSatisfy(CbpfTableTest::isAQuarterOf2000);
    }

    @Test
    void ipv6ClientsThatDifferInOneWordOnlySpreadEvenly() {
        long[] program = CbpfTable.program(Selection.HASH, FOUR, Family.INET6);
        for (int word = 0; word < 5; word++) {
            int[] counts = new int[10];
            for (int value = 0; value < 2000; value++) {
                int[] words = {0x20010db8, 0, 0, 1, 50_000 << 16 | Loopback.PORT};
                words[word] += word == 4 ? value << 16 : value;
                counts[run(program, ipv6(words))]++;
            }
            assertThat(shares(counts))
                    .as("word %d", word)
                    .allSatisfy(CbpfTableTest::isAQuarterOf2000);
        }
    }

    @Test
    void ipv4OptionsDoNotMoveAClient() {
        long[] program = CbpfTable.program(Selection.HASH, FOUR, Family.INET);
        for (int port = 1; port < 200; port++) {
            assertThat(run(program, ipv4(CLIENT, port, 20)))
                    .isEqualTo(run(program, ipv4(CLIENT, port, 0)));
        }
    }

    @Test
    void aDualStackGroupPlacesAnIpv4ClientLikeAnIpv4Group() {
        long[] inet = CbpfTable.program(Selection.HASH, FOUR, Family.INET);
        long[] dual = CbpfTable.program(Selection.HASH, FOUR, Family.INET6);
        for (int port = 1; port < 200; port++) {
            byte[] packet = ipv4(CLIENT, port, 0);
            assertThat(run(dual, packet)).isEqualTo(run(inet, packet));
        }
    }

    @Test
    void exactlyTheGivenIndicesAreReturned() {
        SeededRandom random = SeededRandom.create("group indices");
        for (int round = 0; round < 30; round++) {
            int[] indices = random.ints(random.nextInt(1, 40), 0, 2000).distinct().toArray();
            long[] program = CbpfTable.program(Selection.HASH, indices, Family.INET6);
            Set<Integer> seen = new TreeSet<>();
            for (int client = 0; client < 2000; client++) {
                seen.add(run(program, ipv4(random.nextInt(), random.nextInt(65536), 0)));
            }
            assertThat(seen)
                    .as("%s", random)
                    .containsExactlyInAnyOrderElementsOf(Arrays.stream(indices).boxed().toList());
        }
    }

    @Test
    void oneIndexNeedsNoHash() {
        assertThat(CbpfTable.listing(Selection.HASH, new int[] {3}, Family.INET6))
                .hasToString("   0: ret #3");
    }

    @Test
    void listingForTwoIpv4Members() {
        assertThat(CbpfTable.listing(Selection.HASH, new int[] {0, 3}, Family.INET))
                .hasToString(
                        """
                           0: ld [net+12]
                           1: a *= #0x9e3779b1
                           2: st M[0]
                           3: ldx 4*([net+0]&0xf)
                           4: ld [x+net+0]
                           5: ldx M[0]
                           6: a ^= x
                           7: tax
                           8: a >>= #16
                           9: a ^= x
                          10: a *= #0x85ebca6b
                          11: tax
                          12: a >>= #13
                          13: a ^= x
                          14: a *= #0xc2b2ae35
                          15: tax
                          16: a >>= #16
                          17: a ^= x
                          18: a %= #2
                          19: jeq #0, next, not0
                          20: ret #0
                        not0:
                          21: ret #3\
                        """);
    }

    @Test
    void bySourceAClientKeepsItsPlaceWhateverItsPort() {
        int[] counts = new int[10];
        for (Family family : Family.values()) {
            long[] program = CbpfTable.program(Selection.SOURCE, FOUR, family);
            for (int client = 0; client < 1000; client++) {
                int place = run(program, ipv4(0x0a000001 + client, 40_000, 0));
                assertThat(run(program, ipv4(0x0a000001 + client, 50_001, 8))).isEqualTo(place);
                counts[place]++;
            }
        }
        assertThat(shares(counts)).allSatisfy(CbpfTableTest::isAQuarterOf2000);
    }

    @Test
    void bySourceAnIpv6ClientKeepsItsPlaceWhateverItsPort() {
        long[] program = CbpfTable.program(Selection.SOURCE, FOUR, Family.INET6);
        int[] counts = new int[10];
        for (int client = 0; client < 2000; client++) {
            int[] words = {0x20010db8, 0, client, 1, 50_000 << 16 | Loopback.PORT};
            int place = run(program, ipv6(words));
            words[4] = 50_001 << 16 | Loopback.PORT;
            assertThat(run(program, ipv6(words))).isEqualTo(place);
            counts[place]++;
        }
        assertThat(shares(counts)).allSatisfy(CbpfTableTest::isAQuarterOf2000);
    }

    @Test
    void aCpuGetsItsColumnInARandomRow() {
        int cpus = SocketTable.cpus();
        int[] places = IntStream.range(0, 3 * cpus).toArray();
        long[] program = CbpfTable.program(Selection.CPU, places, Family.INET);
        for (int cpu = 0; cpu < cpus; cpu++) {
            for (int random = 0; random < 10; random++) {
                assertThat(run(program, cpu, random)).isEqualTo(random % 3 * cpus + cpu);
            }
        }
    }

    @Test
    void aRandomNumberPicksAPlace() {
        long[] program = CbpfTable.program(Selection.RANDOM, FOUR, Family.INET6);
        for (int random = -10; random < 10; random++) {
            assertThat(run(program, 0, random)).isEqualTo(FOUR[random & 3]);
        }
    }

    private static int run(long[] program, int cpu, int random) {
        return CbpfMachine.run(
                program,
                (offset, bytes) ->
                        switch (offset) {
                            case Cbpf.CPU -> OptionalInt.of(cpu);
                            case Cbpf.RANDOM -> OptionalInt.of(random);
                            default -> OptionalInt.empty();
                        });
    }

    @Test
    void roundRobinNeedsAMemory() {
        assertThatThrownBy(() -> CbpfTable.program(Selection.ROUND_ROBIN, FOUR, Family.INET))
                .hasMessageContaining("memory");
    }

    @Test
    void impossibleIndicesAreRefused() {
        assertThatThrownBy(() -> CbpfTable.program(Selection.HASH, new int[0], Family.INET))
                .hasMessageContaining("cannot refuse");
        assertThatThrownBy(() -> CbpfTable.program(Selection.HASH, new int[] {1, -1}, Family.INET))
                .hasMessageContaining("index=-1");
        int[] tooMany = IntStream.range(0, 2100).toArray();
        assertThatThrownBy(() -> CbpfTable.program(Selection.HASH, tooMany, Family.INET))
                .hasMessageContaining("the kernel accepts 4096");
        assertThat(
                        CbpfTable.program(
                                Selection.HASH, IntStream.range(0, 2000).toArray(), Family.INET6))
                .hasSizeLessThan(4096);
    }

    private static List<Integer> shares(int[] counts) {
        return IntStream.of(FOUR).mapToObj(index -> counts[index]).toList();
    }

    private static void isAQuarterOf2000(int count) {
        assertThat(count).isBetween(425, 575);
    }

    /// The result of the program for a client at 127.0.0.1 with this port, by the interpreter.
    static int runIpv4(long[] program, int port) {
        return run(program, ipv4(CLIENT, port, 0));
    }

    private static int run(long[] program, byte[] packet) {
        int etherType = packet[0] >>> 4 == 4 ? 0x0800 : 0x86dd;
        return CbpfMachine.run(
                program,
                (offset, bytes) ->
                        offset == Cbpf.PROTOCOL
                                ? OptionalInt.of(etherType)
                                : word(packet, offset - Cbpf.NETWORK_HEADER, bytes));
    }

    private static OptionalInt word(byte[] packet, int at, int bytes) {
        if (at < 0 || at + bytes > packet.length) {
            return OptionalInt.empty();
        }
        ByteBuffer buffer = ByteBuffer.wrap(packet);
        return OptionalInt.of(bytes == 4 ? buffer.getInt(at) : buffer.get(at) & 0xff);
    }

    private static byte[] ipv4(int source, int port, int options) {
        int header = 20 + options;
        ByteBuffer packet = ByteBuffer.allocate(header + 8);
        return packet.put(0, (byte) (0x40 | header / 4))
                .putInt(12, source)
                .putInt(header, port << 16 | Loopback.PORT)
                .array();
    }

    private static byte[] ipv6(int... sourceAndPorts) {
        ByteBuffer packet = ByteBuffer.allocate(48).put(0, (byte) 0x60);
        for (int word = 0; word < 4; word++) {
            packet.putInt(8 + 4 * word, sourceAndPorts[word]);
        }
        return packet.putInt(40, sourceAndPorts[4]).array();
    }
}
