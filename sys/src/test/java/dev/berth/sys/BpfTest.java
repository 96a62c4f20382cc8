package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class BpfTest {
    private static final long MOV_R0_1 = 0xb7 | 1L << 32;
    private static final long EXIT = 0x95;

    @BeforeEach
    void needsTheCapability() {
        Assumptions.assumeTrue(Capabilities.has(Capability.BPF), "needs CAP_BPF");
    }

    @Test
    void aMapKeepsWhatItIsGiven() throws ErrnoException {
        int result = Bpf.mapCreate(Bpf.MAP_TYPE_HASH, 4, 8, 16, "berth_test.map1");
        try (Fd map = Fd.of("bpf", "map", result)) {
            byte[] key = {1, 0, 0, 0};
            byte[] value = {1, 2, 3, 4, 5, 6, 7, 8};
            byte[] read = new byte[8];

            assertThat(Errno.ENOENT.is(Bpf.mapLookup(map.number(), key, read))).isTrue();
            assertThat(Bpf.mapUpdate(map.number(), key, value, Bpf.ANY)).isZero();
            assertThat(Bpf.mapLookup(map.number(), key, read)).isZero();
            assertThat(read).isEqualTo(value);
            assertThat(Bpf.mapDelete(map.number(), key)).isZero();
            assertThat(Errno.ENOENT.is(Bpf.mapDelete(map.number(), key))).isTrue();
        }
    }

    @Test
    void anArrayIsReadInOneCall() throws ErrnoException {
        int result = Bpf.mapCreate(Bpf.MAP_TYPE_ARRAY, 4, 8, 1000, "berth_test");
        try (Fd map = Fd.of("bpf", "map", result)) {
            Bpf.mapUpdate(map.number(), new byte[4], new byte[] {7, 0, 0, 0, 0, 0, 0, 0}, 0);
            byte[] last = {(byte) 231, 3, 0, 0};
            Bpf.mapUpdate(map.number(), last, new byte[] {9, 0, 0, 0, 0, 0, 0, 0}, 0);
            long[] values = new long[1000];
            assertThat(Bpf.mapLookupBatch(map.number(), 1000, values)).isZero();
            assertThat(values).startsWith(7, 0).endsWith(0, 9);
        }
    }

    @Test
    void aGoodProgramIsLoadedWithoutALog() {
        ProgramLoad load = load(MOV_R0_1, EXIT);

        assertThat(load.loaded()).isTrue();
        assertThat(load.log()).isEmpty();
        Descriptors.close(load.result());
    }

    @Test
    void aBadProgramIsRefusedWithTheVerifiersReason() {
        ProgramLoad load = load(EXIT); // R0 was never set

        assertThat(load.loaded()).isFalse();
        assertThat(Errno.EACCES.is(load.result())).isTrue();
        assertThat(load.log()).contains("R0 !read_ok");
    }

    private static ProgramLoad load(long... instructions) {
        return Bpf.progLoad(
                Bpf.PROG_TYPE_SK_REUSEPORT,
                instructions,
                "Apache-2.0",
                Bpf.SK_REUSEPORT_SELECT_OR_MIGRATE,
                "berth_test");
    }

    @Test
    void aNameThatIsTooLongIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Bpf.mapCreate(Bpf.MAP_TYPE_ARRAY, 4, 4, 1, "sixteen-letters."));
    }
}
