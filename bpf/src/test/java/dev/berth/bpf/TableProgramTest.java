package dev.berth.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.EnumSet;
import java.util.List;

class TableProgramTest {

    @Test
    void listing() {
        List<Ebpf> picks =
                SelectionCode.of(
                        EnumSet.of(Selection.HASH, Selection.ROUND_ROBIN, Selection.CPU), 2);

        assertThat(TableProgram.of(picks, 16))
                .hasToString(
                        """
                           0: r6 = r1
                           1: u32[r10-4] = 0
                           2: r1 = map current
                           4: r2 = r10
                           5: r2 += -4
                           6: call map_lookup_elem
                           7: if r0 == 0 goto pass
                           8: r1 = u32[r0+0]
                           9: u32[r10-4] = r1
                          10: r1 = map tables
                          12: r2 = r10
                          13: r2 += -4
                          14: call map_lookup_elem
                          15: if r0 == 0 goto pass
                          16: r7 = r0
                          17: r8 = u32[r7+12]
                          18: if r8 == 0 goto drop
                          19: r9 = u32[r7+8]
                          20: if r9 == 2 goto round_robin
                          21: if r9 == 3 goto cpu
                          22: r1 = u32[r6+32]
                          23: goto modulo
                        round_robin:
                          24: r1 = 1
                          25: r1 = fetch_add(u64[r7+0], r1)
                          26: goto modulo
                        cpu:
                          27: r9 = r8
                          28: r9 /= 2
                          29: call get_prandom_u32
                          30: r0 %= r9
                          31: r0 *= 2
                          32: r9 = r0
                          33: call get_smp_processor_id
                          34: r1 = r0
                          35: r1 += r9
                        modulo:
                          36: r1 %= r8
                          37: r1 &= 1023
                          38: r1 <<= 2
                          39: r7 += r1
                          40: r1 = u32[r7+16]
                          41: u32[r10-4] = r1
                          42: r1 = r6
                          43: r2 = map sockets
                          45: r3 = r10
                          46: r3 += -4
                          47: r4 = 0
                          48: call sk_select_reuseport
                          49: if r0 == 0 goto count
                          50: u32[r10-4] = 16
                        count:
                          51: r1 = map counters
                          53: r2 = r10
                          54: r2 += -4
                          55: call map_lookup_elem
                          56: if r0 == 0 goto pass
                          57: r1 = 1
                          58: lock u64[r0+0] += r1
                        pass:
                          59: r0 = 1
                          60: exit
                        drop:
                          61: r0 = 0
                          62: exit\
                        """);
    }

    @Test
    void unsupportedPicksAreLeftOut() {
        assertThat(SelectionCode.of(EnumSet.of(Selection.HASH), 2).toString())
                .doesNotContain("fetch_add");
    }
}
