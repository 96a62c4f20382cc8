package dev.berth.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VerifierExceptionTest {

    @Test
    void messageHasTheReasonAndTheInstruction() {
        String log =
                """
                func#0 @0
                0: R1=ctx() R10=fp0
                0: (bf) r6 = r1                       ; R1=ctx() R6_w=ctx()
                1: (61) r2 = *(u32 *)(r1 +500)
                invalid bpf_context access off=500 size=4
                processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0
                """;

        VerifierException refused = new VerifierException("p", log);

        assertThat(refused)
                .hasMessage(
                        "the BPF verifier refused program p: invalid bpf_context access off=500"
                                + " size=4, at 1: (61) r2 = *(u32 *)(r1 +500)");
        assertThat(refused.log()).isEqualTo(log);
    }

    @Test
    void aLogWithoutInstructionsIsItsLastLine() {
        assertThat(new VerifierException("p", "back-edge from insn 1 to 0\n\n"))
                .hasMessageEndingWith("program p: back-edge from insn 1 to 0");
    }

    @Test
    void anEmptyLogSaysSo() {
        assertThat(new VerifierException("p", "processed 0 insns (limit 1000000)"))
                .hasMessageEndingWith("it gave no reason");
    }
}
