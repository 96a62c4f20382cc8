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

import dev.berth.bpf.Extended.Alu;
import dev.berth.bpf.Extended.AluConstant;
import dev.berth.bpf.Extended.AtomicFetchAdd;
import dev.berth.bpf.Extended.Call;
import dev.berth.bpf.Extended.Jump;
import dev.berth.bpf.Extended.JumpIf;
import dev.berth.bpf.Extended.Load;
import dev.berth.bpf.Extended.Move;
import dev.berth.bpf.Extended.MoveConstant;
import dev.berth.bpf.Extended.StoreConstant;

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
final class Picks {

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

    private Picks() {}

    /// The lines for these picks; a table that asks for another pick is read by the hash.
    ///
    /// @param cpus the length of a row for [Pick#CPU]
    static List<Extended> of(Set<Pick> ways, int cpus) {
        List<Extended> lines = new ArrayList<>();
        lines.add(new Load(Width.WORD, R9, R7, TableValue.PICK));
        for (Pick way : Pick.values()) {
            if (way != Pick.HASH && ways.contains(way)) {
                lines.add(new JumpIf(Condition.EQUAL, R9, way.ordinal(), label(way)));
            }
        }
        lines.addAll(hash());
        for (Pick way : Pick.values()) {
            if (way != Pick.HASH && ways.contains(way)) {
                lines.add(new Jump("modulo"));
                lines.add(new Label(label(way)));
                lines.addAll(lines(way, cpus));
            }
        }
        lines.add(new Label("modulo"));
        lines.add(new Alu(Operation.MOD, R1, R8));
        return lines;
    }

    private static String label(Pick way) {
        return way.name().toLowerCase(Locale.ROOT);
    }

    private static List<Extended> lines(Pick way, int cpus) {
        return switch (way) {
            case HASH -> hash();
            case RANDOM -> List.of(new Call(Helper.GET_PRANDOM_U32), new Move(R1, R0));
            case ROUND_ROBIN ->
                    List.of(new MoveConstant(R1, 1), new AtomicFetchAdd(R7, TableValue.TURN, R1));
            case CPU -> cpu(cpus);
            case SOURCE -> source();
        };
    }

    private static List<Extended> hash() {
        return List.of(new Load(Width.WORD, R1, R6, CONTEXT_HASH));
    }

    private static List<Extended> cpu(int cpus) {
        return List.of(
                new Move(R9, R8),
                new AluConstant(Operation.DIV, R9, cpus),
                new Call(Helper.GET_PRANDOM_U32),
                new Alu(Operation.MOD, R0, R9),
                new AluConstant(Operation.MUL, R0, cpus),
                new Move(R9, R0),
                new Call(Helper.GET_SMP_PROCESSOR_ID),
                new Move(R1, R0),
                new Alu(Operation.ADD, R1, R9));
    }

    /// A connection that moves from a closed socket's queue has no packet: it is picked by the
    /// hash, as is anything that is neither IPv4 nor IPv6.
    private static List<Extended> source() {
        List<Extended> lines = new ArrayList<>();
        for (int word = 0; word < ADDRESS_WORDS; word++) {
            lines.add(new StoreConstant(Width.WORD, R10, ADDRESS + 4 * word, 0));
        }
        lines.addAll(
                List.of(
                        new Load(Width.WORD, R1, R6, CONTEXT_ETHERTYPE),
                        new MoveConstant(R2, IPV4_SOURCE),
                        new MoveConstant(R4, Integer.BYTES),
                        new JumpIf(Condition.EQUAL, R1, bigEndian(0x0800), "load"),
                        new MoveConstant(R2, IPV6_SOURCE),
                        new MoveConstant(R4, ADDRESS_WORDS * Integer.BYTES),
                        new JumpIf(Condition.EQUAL, R1, bigEndian(0x86dd), "load"),
                        new Load(Width.WORD, R1, R6, CONTEXT_HASH),
                        new Jump("modulo"),
                        new Label("load"),
                        new Move(R1, R6),
                        new Move(R3, R10),
                        new AluConstant(Operation.ADD, R3, ADDRESS),
                        new MoveConstant(R5, NETWORK_HEADER),
                        new Call(Helper.SKB_LOAD_BYTES_RELATIVE),
                        new Load(Width.WORD, R1, R6, CONTEXT_HASH),
                        new JumpIf(Condition.NOT_EQUAL, R0, 0, "modulo")));
        lines.addAll(hashAddress());
        return lines;
    }

    private static List<Extended> hashAddress() {
        List<Extended> lines = new ArrayList<>();
        lines.add(new MoveConstant(R1, 0));
        for (int word = 0; word < ADDRESS_WORDS; word++) {
            lines.add(new AluConstant(Operation.MUL, R1, SPREAD));
            lines.add(new Load(Width.WORD, R2, R10, ADDRESS + 4 * word));
            lines.add(new Alu(Operation.XOR, R1, R2));
        }
        lines.addAll(fold(32));
        lines.add(new AluConstant(Operation.MUL, R1, MIX_FIRST));
        lines.addAll(fold(29));
        lines.add(new AluConstant(Operation.MUL, R1, MIX_SECOND));
        lines.addAll(fold(32));
        return lines;
    }

    private static List<Extended> fold(int bits) {
        return List.of(
                new Move(R2, R1),
                new AluConstant(Operation.RSH, R2, bits),
                new Alu(Operation.XOR, R1, R2));
    }

    /// A 16-bit number as the context holds it.
    private static int bigEndian(int number) {
        byte[] bytes = {(byte) (number >>> 8), (byte) number};
        return Short.toUnsignedInt(
                ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getShort());
    }
}
