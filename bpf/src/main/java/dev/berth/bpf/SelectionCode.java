package dev.berth.bpf;

import static dev.berth.bpf.Register.R0;
import static dev.berth.bpf.Register.R1;
import static dev.berth.bpf.Register.R10;
import static dev.berth.bpf.Register.R2;
import static dev.berth.bpf.Register.R3;
import static dev.berth.bpf.Register.R4;
import static dev.berth.bpf.Register.R5;
import static dev.berth.bpf.Register.R6;
import static dev.berth.bpf.Register.R7;
import static dev.berth.bpf.Register.R8;
import static dev.berth.bpf.Register.R9;

import dev.berth.bpf.Ebpf.Alu;
import dev.berth.bpf.Ebpf.AluConstant;
import dev.berth.bpf.Ebpf.AtomicFetchAdd;
import dev.berth.bpf.Ebpf.Call;
import dev.berth.bpf.Ebpf.Jump;
import dev.berth.bpf.Ebpf.JumpIf;
import dev.berth.bpf.Ebpf.Load;
import dev.berth.bpf.Ebpf.Move;
import dev.berth.bpf.Ebpf.MoveConstant;
import dev.berth.bpf.Ebpf.StoreConstant;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The part of a [TableProgram] that picks a place.
///
/// It expects the context in R6, the table in R7 and n, which is not 0, in R8. It keeps R6 and R7
/// and leaves any number in R1 at the label `place`; the part beyond the table is cut off there.
final class SelectionCode {

    private static final int CONTEXT_ETHERTYPE = 20;
    private static final int CONTEXT_HASH = 32;
    private static final int NETWORK_HEADER = 1;
    private static final int IPV4_SOURCE = 12;
    private static final int IPV6_SOURCE = 8;

    /// Where the client's address is stored: 16 bytes on the stack, below the key.
    private static final int ADDRESS = -24;

    private static final int ADDRESS_WORDS = 4;

    // Odd constants with well-spread bits: multiplying by them carries every input bit upwards.
    private static final int SPREAD = 0x1e3779b1;
    private static final int MIX_FIRST = 0x45ebca6b;
    private static final int MIX_SECOND = 0x42b2ae35;

    private SelectionCode() {}

    /// The lines for these picks; a table that asks for another pick is read by the hash.
    ///
    /// @param cpus the length of a row for [Selection#CPU]
    static List<Ebpf> of(Set<Selection> ways, int cpus) {
        List<Ebpf> lines = new ArrayList<>();
        lines.add(new Load(Width.WORD, R9, R7, TableValue.PICK));
        for (Selection way : Selection.values()) {
            if (way != Selection.HASH && ways.contains(way)) {
                lines.add(new JumpIf(JumpCondition.EQUAL, R9, way.ordinal(), label(way)));
            }
        }
        lines.addAll(hash());
        for (Selection way : Selection.values()) {
            if (way != Selection.HASH && ways.contains(way)) {
                lines.add(new Jump("modulo"));
                lines.add(new Label(label(way)));
                lines.addAll(lines(way, cpus));
            }
        }
        lines.add(new Label("modulo"));
        lines.add(new Alu(AluOperation.MOD, R1, R8));
        return lines;
    }

    private static String label(Selection way) {
        return way.name().toLowerCase(Locale.ROOT);
    }

    private static List<Ebpf> lines(Selection way, int cpus) {
        return switch (way) {
            case HASH -> hash();
            case RANDOM -> List.of(new Call(Helper.GET_PRANDOM_U32), new Move(R1, R0));
            case ROUND_ROBIN ->
                    List.of(new MoveConstant(R1, 1), new AtomicFetchAdd(R7, TableValue.TURN, R1));
            case CPU -> cpu(cpus);
            case SOURCE -> source();
        };
    }

    private static List<Ebpf> hash() {
        return List.of(new Load(Width.WORD, R1, R6, CONTEXT_HASH));
    }

    private static List<Ebpf> cpu(int cpus) {
        return List.of(
                new Move(R9, R8),
                new AluConstant(AluOperation.DIV, R9, cpus),
                new Call(Helper.GET_PRANDOM_U32),
                new Alu(AluOperation.MOD, R0, R9),
                new AluConstant(AluOperation.MUL, R0, cpus),
                new Move(R9, R0),
                new Call(Helper.GET_SMP_PROCESSOR_ID),
                new Move(R1, R0),
                new Alu(AluOperation.ADD, R1, R9));
    }

    /// A connection that moves from a closed socket's queue has no packet: it is picked by the
    /// hash, as is anything that is neither IPv4 nor IPv6.
    private static List<Ebpf> source() {
        List<Ebpf> lines = new ArrayList<>();
        for (int word = 0; word < ADDRESS_WORDS; word++) {
            lines.add(new StoreConstant(Width.WORD, R10, ADDRESS + 4 * word, 0));
        }
        lines.addAll(
                List.of(
                        new Load(Width.WORD, R1, R6, CONTEXT_ETHERTYPE),
                        new MoveConstant(R2, IPV4_SOURCE),
                        new MoveConstant(R4, Integer.BYTES),
                        new JumpIf(JumpCondition.EQUAL, R1, bigEndian(0x0800), "load"),
                        new MoveConstant(R2, IPV6_SOURCE),
                        new MoveConstant(R4, ADDRESS_WORDS * Integer.BYTES),
                        new JumpIf(JumpCondition.EQUAL, R1, bigEndian(0x86dd), "load"),
                        new Load(Width.WORD, R1, R6, CONTEXT_HASH),
                        new Jump("modulo"),
                        new Label("load"),
                        new Move(R1, R6),
                        new Move(R3, R10),
                        new AluConstant(AluOperation.ADD, R3, ADDRESS),
                        new MoveConstant(R5, NETWORK_HEADER),
                        new Call(Helper.SKB_LOAD_BYTES_RELATIVE),
                        new Load(Width.WORD, R1, R6, CONTEXT_HASH),
                        new JumpIf(JumpCondition.NOT_EQUAL, R0, 0, "modulo")));
        lines.addAll(hashAddress());
        return lines;
    }

    private static List<Ebpf> hashAddress() {
        List<Ebpf> lines = new ArrayList<>();
        lines.add(new MoveConstant(R1, 0));
        for (int word = 0; word < ADDRESS_WORDS; word++) {
            lines.add(new AluConstant(AluOperation.MUL, R1, SPREAD));
            lines.add(new Load(Width.WORD, R2, R10, ADDRESS + 4 * word));
            lines.add(new Alu(AluOperation.XOR, R1, R2));
        }
        lines.addAll(fold(32));
        lines.add(new AluConstant(AluOperation.MUL, R1, MIX_FIRST));
        lines.addAll(fold(29));
        lines.add(new AluConstant(AluOperation.MUL, R1, MIX_SECOND));
        lines.addAll(fold(32));
        return lines;
    }

    private static List<Ebpf> fold(int bits) {
        return List.of(
                new Move(R2, R1),
                new AluConstant(AluOperation.RSH, R2, bits),
                new Alu(AluOperation.XOR, R1, R2));
    }

    /// A 16-bit number as the context holds it.
    private static int bigEndian(int number) {
        byte[] bytes = {(byte) (number >>> 8), (byte) number};
        return Short.toUnsignedInt(
                ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getShort());
    }
}
