package dev.berth.bpf;

import static dev.berth.bpf.Register.R0;
import static dev.berth.bpf.Register.R1;
import static dev.berth.bpf.Register.R10;
import static dev.berth.bpf.Register.R2;
import static dev.berth.bpf.Register.R6;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.bpf.Ebpf.Alu;
import dev.berth.bpf.Ebpf.AluConstant;
import dev.berth.bpf.Ebpf.AtomicAdd;
import dev.berth.bpf.Ebpf.AtomicFetchAdd;
import dev.berth.bpf.Ebpf.Call;
import dev.berth.bpf.Ebpf.Exit;
import dev.berth.bpf.Ebpf.Jump;
import dev.berth.bpf.Ebpf.JumpIf;
import dev.berth.bpf.Ebpf.Load;
import dev.berth.bpf.Ebpf.LoadMap;
import dev.berth.bpf.Ebpf.Move;
import dev.berth.bpf.Ebpf.MoveConstant;
import dev.berth.bpf.Ebpf.Store;
import dev.berth.bpf.Ebpf.StoreConstant;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

class EbpfProgramTest {

    @Test
    void everyInstructionHasTheCodeOfTheKernelsHeaders() {
        long[] code =
                EbpfProgram.of(
                                new Move(R6, R1),
                                new MoveConstant(R0, -1),
                                new LoadMap(R1, "m"),
                                new Load(Width.WORD, R1, R6, 32),
                                new Load(Width.BYTE, R1, R6, 0),
                                new Store(Width.DOUBLE, R10, -8, R1),
                                new StoreConstant(Width.WORD, R10, -4, 7),
                                new AtomicAdd(R0, 0, R1),
                                new AtomicFetchAdd(R6, 8, R1),
                                new Alu(AluOperation.MOD, R1, R2),
                                new AluConstant(AluOperation.ADD, R2, -4),
                                new Call(Helper.SK_SELECT_REUSEPORT),
                                new JumpIf(JumpCondition.NOT_EQUAL, R0, 0, "end"),
                                new Jump("end"),
                                new Label("end"),
                                new Exit())
                        .assemble(Map.of("m", 9));

        assertThat(code)
                .containsExactly(
                        0x00000000_0000_16_bfL,
                        0xffffffff_0000_00_b7L,
                        0x00000009_0000_11_18L,
                        0,
                        0x00000000_0020_61_61L,
                        0x00000000_0000_61_71L,
                        0x00000000_fff8_1a_7bL,
                        0x00000007_fffc_0a_62L,
                        0x00000000_0000_10_dbL,
                        0x00000001_0008_16_dbL,
                        0x00000000_0000_21_9fL,
                        0xfffffffc_0000_02_07L,
                        0x00000052_0000_00_85L,
                        0x00000000_0001_00_55L,
                        0x00000000_0000_00_05L,
                        0x00000000_0000_00_95L);
    }

    @Test
    void aJumpOverAMapLoadCountsBothItsSlots() {
        long[] code =
                EbpfProgram.of(new Jump("end"), new LoadMap(R1, "m"), new Label("end"), new Exit())
                        .assemble(Map.of("m", 3));

        assertThat(code[0] >>> 16 & 0xffff).isEqualTo(2);
    }

    @Test
    void aLoopIsAJumpBack() {
        long[] code =
                EbpfProgram.of(new Label("loop"), new MoveConstant(R0, 0), new Jump("loop"))
                        .assemble(Map.of());

        assertThat((short) (code[1] >>> 16)).isEqualTo((short) -2);
    }

    @Test
    void jumpReaches16Bits() {
        assertThat(jumpOver(32767).assemble(Map.of())[0] >>> 16 & 0xffff).isEqualTo(32767);
        EbpfProgram tooFar = jumpOver(32768);
        assertThatThrownBy(() -> tooFar.assemble(Map.of()))
                .hasMessage(
                        "jump in slot 0 to \"far\" skips 32768 slots;"
                                + " this jump can skip -32768 to 32767");
    }

    private static EbpfProgram jumpOver(int instructions) {
        List<Ebpf> lines = new ArrayList<>();
        lines.add(new Jump("far"));
        lines.addAll(Collections.nCopies(instructions, new MoveConstant(R0, 0)));
        lines.add(new Label("far"));
        lines.add(new Exit());
        return new EbpfProgram(lines);
    }

    @Test
    void theMessageForAMissingMapListsTheGivenOnes() {
        EbpfProgram program = EbpfProgram.of(new LoadMap(R1, "table"), new Exit());

        assertThatThrownBy(() -> program.assemble(Map.of("sockets", 4)))
                .hasMessage("map \"table\" is missing; given: [sockets]");
    }

    @Test
    void aMissingLabelIsNamed() {
        EbpfProgram program =
                EbpfProgram.of(new JumpIf(JumpCondition.EQUAL, R0, 0, "drop"), new Exit());

        assertThatThrownBy(() -> program.assemble(Map.of()))
                .hasMessage("label \"drop\" is not defined; defined: []");
    }

    @Test
    void impossibleInstructionsAreRefused() {
        assertThatThrownBy(() -> new Move(R10, R1)).hasMessageContaining("frame pointer");
        assertThatThrownBy(() -> new Load(Width.WORD, R1, R6, 40000))
                .hasMessageContaining("offset=40000");
        assertThatThrownBy(() -> new AluConstant(AluOperation.DIV, R1, 0))
                .hasMessageContaining("DIV");
    }
}
