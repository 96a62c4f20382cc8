package dev.berth.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.bpf.Cbpf.Alu;
import dev.berth.bpf.Cbpf.AluIndex;
import dev.berth.bpf.Cbpf.CopyToIndex;
import dev.berth.bpf.Cbpf.Jump;
import dev.berth.bpf.Cbpf.JumpIf;
import dev.berth.bpf.Cbpf.Load;
import dev.berth.bpf.Cbpf.LoadHeaderLength;
import dev.berth.bpf.Cbpf.LoadIndexed;
import dev.berth.bpf.Cbpf.Recall;
import dev.berth.bpf.Cbpf.Return;
import dev.berth.bpf.Cbpf.ReturnAccumulator;
import dev.berth.bpf.Cbpf.Store;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

class CbpfProgramTest {

    private static final int NET = Cbpf.NETWORK_HEADER;

    @Test
    void everyInstructionHasTheCodeOfTheKernelsHeaders() {
        long[] code =
                CbpfProgram.of(
                                new Load(Width.WORD, NET + 12),
                                new Load(Width.HALF, 2),
                                new Load(Width.BYTE, 3),
                                new LoadIndexed(Width.WORD, NET),
                                new LoadHeaderLength(NET),
                                new Store(7),
                                new Recall(7),
                                new CopyToIndex(),
                                new Alu(AluOperation.MUL, 0x9e3779b1),
                                new AluIndex(AluOperation.XOR),
                                new JumpIf(JumpCondition.EQUAL, 5, "end", Cbpf.NEXT),
                                new JumpIf(JumpCondition.ABOVE, -1, Cbpf.NEXT, "end"),
                                new Jump("end"),
                                new ReturnAccumulator(),
                                new Label("end"),
                                new Return(0x7fc00000))
                        .assemble();

        assertThat(code)
                .containsExactly(
                        0xfff0000c_00000020L,
                        0x00000002_00000028L,
                        0x00000003_00000030L,
                        0xfff00000_00000040L,
                        0xfff00000_000000b1L,
                        0x00000007_00000002L,
                        0x00000007_00000061L,
                        0x00000000_00000007L,
                        0x9e3779b1_00000024L,
                        0x00000000_000000acL,
                        0x00000005_00030015L,
                        0xffffffff_02000025L,
                        0x00000001_00000005L,
                        0x00000000_00000016L,
                        0x7fc00000_00000006L);
    }

    @Test
    void disassemblyNamesPlacesAndLabels() {
        CbpfProgram program =
                CbpfProgram.of(
                        new Load(Width.WORD, Cbpf.PROTOCOL),
                        new JumpIf(JumpCondition.EQUAL, 0x86dd, "v6", Cbpf.NEXT),
                        new LoadHeaderLength(NET),
                        new LoadIndexed(Width.HALF, NET + 2),
                        new Alu(AluOperation.MUL, 0x9e3779b1),
                        new ReturnAccumulator(),
                        new Label("v6"),
                        new Load(Width.BYTE, 3),
                        new Return(2));

        assertThat(program)
                .hasToString(
                        """
                           0: ld proto
                           1: jeq #34525, v6, next
                           2: ldx 4*([net+0]&0xf)
                           3: ldh [x+net+2]
                           4: a *= #0x9e3779b1
                           5: ret a
                        v6:
                           6: ldb [3]
                           7: ret #2\
                        """);
    }

    @Test
    void theMessageForAMissingLabelListsTheExistingOnes() {
        CbpfProgram program = CbpfProgram.of(new Jump("nowhere"), new Label("here"), new Return(0));

        assertThatThrownBy(program::assemble)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("label \"nowhere\" is not defined; defined: [here]");
    }

    @Test
    void aLabelDefinedTwiceIsRefused() {
        CbpfProgram program =
                CbpfProgram.of(new Label("here"), new Return(0), new Label("here"), new Return(1));

        assertThatThrownBy(program::assemble).hasMessage("label \"here\" is defined twice");
    }

    @Test
    void aLabelBehindTheLastInstructionIsRefused() {
        CbpfProgram program = CbpfProgram.of(new Return(0), new Label("end"));

        assertThatThrownBy(program::assemble)
                .hasMessage("label \"end\" has no instruction after it");
    }

    @Test
    void conditionalJumpReaches255InstructionsAndNoMore() {
        assertThat(jumpOver(255).assemble()[0] >>> 16 & 0xff).isEqualTo(255);
        assertThatThrownBy(jumpOver(256)::assemble)
                .hasMessage(
                        "jump in slot 0 to \"far\" skips 256 slots; this jump can skip 0 to 255");
    }

    private static CbpfProgram jumpOver(int instructions) {
        List<Cbpf> lines = new ArrayList<>();
        lines.add(new JumpIf(JumpCondition.EQUAL, 1, "far", Cbpf.NEXT));
        lines.addAll(Collections.nCopies(instructions, new Return(0)));
        lines.add(new Label("far"));
        lines.add(new Return(1));
        return new CbpfProgram(lines);
    }

    @Test
    void unconditionalJumpReachesOverTheWholeProgram() {
        List<Cbpf> lines = new ArrayList<>();
        lines.add(new Jump("far"));
        lines.addAll(Collections.nCopies(4094, new Return(0)));
        lines.add(new Label("far"));
        lines.add(new Return(1));

        assertThat(new CbpfProgram(lines).assemble()[0] >>> 32).isEqualTo(4094);

        lines.add(new Return(2));
        assertThatThrownBy(new CbpfProgram(lines)::assemble)
                .hasMessage("instructions=4097: the kernel accepts 4096");
    }

    @Test
    void jumpsDoNotGoBack() {
        CbpfProgram program = CbpfProgram.of(new Label("loop"), new Store(0), new Jump("loop"));

        assertThatThrownBy(program::assemble)
                .hasMessageContaining("jump in slot 1 to \"loop\" skips -2 slots");
    }

    @Test
    void anEmptyProgramIsRefused() {
        assertThatThrownBy(CbpfProgram.of()::assemble)
                .hasMessage("a program needs at least one instruction");
    }

    @Test
    void impossibleInstructionsAreRefused() {
        assertThatThrownBy(() -> new Load(Width.DOUBLE, 0)).hasMessageContaining("4 bytes");
        assertThatThrownBy(() -> new Store(16)).hasMessageContaining("slot=16");
        assertThatThrownBy(() -> new Recall(-1)).hasMessageContaining("slot=-1");
        assertThatThrownBy(() -> new Alu(AluOperation.MOD, 0)).hasMessageContaining("MOD");
        assertThatThrownBy(() -> new Alu(AluOperation.RSH, 32)).hasMessageContaining("value=32");
        assertThatThrownBy(() -> new JumpIf(JumpCondition.BELOW, 0, "a", "b"))
                .hasMessageContaining("swap the two labels");
        assertThatThrownBy(() -> new Label("next")).hasMessageContaining("next instruction");
        assertThatThrownBy(() -> new Label(" ")).hasMessageContaining("needs a name");
    }
}
