package dev.berth.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableProgramTest {

    @Test
    void listingOfThePolicyHash() {
        assertThat(TableProgram.of(TableProgram.hash(), 16))
                .hasToString(
                        """
                           0: r6 = r1
                           1: u32[r10-4] = 0
                           2: r1 = map table
                           4: r2 = r10
                           5: r2 += -4
                           6: call map_lookup_elem
                           7: if r0 == 0 goto pass
                           8: r7 = r0
                           9: r8 = u32[r7+0]
                          10: if r8 == 0 goto drop
                          11: r1 = u32[r6+32]
                          12: r1 %= r8
                          13: r1 &= 1023
                          14: r1 <<= 2
                          15: r7 += r1
                          16: r1 = u32[r7+4]
                          17: u32[r10-4] = r1
                          18: r1 = r6
                          19: r2 = map sockets
                          21: r3 = r10
                          22: r3 += -4
                          23: r4 = 0
                          24: call sk_select_reuseport
                          25: if r0 == 0 goto count
                          26: u32[r10-4] = 16
                        count:
                          27: r1 = map counters
                          29: r2 = r10
                          30: r2 += -4
                          31: call map_lookup_elem
                          32: if r0 == 0 goto pass
                          33: r1 = 1
                          34: lock u64[r0+0] += r1
                        pass:
                          35: r0 = 1
                          36: exit
                        drop:
                          37: r0 = 0
                          38: exit\
                        """);
    }
}
