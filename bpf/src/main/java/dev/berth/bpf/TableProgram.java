package dev.berth.bpf;

import static dev.berth.bpf.Register.R0;
import static dev.berth.bpf.Register.R1;
import static dev.berth.bpf.Register.R10;
import static dev.berth.bpf.Register.R2;
import static dev.berth.bpf.Register.R3;
import static dev.berth.bpf.Register.R4;
import static dev.berth.bpf.Register.R6;
import static dev.berth.bpf.Register.R7;
import static dev.berth.bpf.Register.R8;

import dev.berth.bpf.Extended.Alu;
import dev.berth.bpf.Extended.AluConstant;
import dev.berth.bpf.Extended.AtomicAdd;
import dev.berth.bpf.Extended.Call;
import dev.berth.bpf.Extended.Exit;
import dev.berth.bpf.Extended.JumpIf;
import dev.berth.bpf.Extended.Load;
import dev.berth.bpf.Extended.LoadMap;
import dev.berth.bpf.Extended.Move;
import dev.berth.bpf.Extended.MoveConstant;
import dev.berth.bpf.Extended.Store;
import dev.berth.bpf.Extended.StoreConstant;

import java.util.ArrayList;
import java.util.List;

/// The program behind a [SocketTable]: find the table, let a policy pick a place in it, select the
/// socket whose key is there, count.
///
/// It runs for each new connection or datagram, and again when a connection in the queue of a
/// closed socket looks for a new one. A table without keys drops: the client is refused. A key
/// without a socket is counted as a fallback and left to the kernel's hash.
final class TableProgram {

    /// One [TableValue].
    static final String TABLE = "table";

    /// The sockets by key.
    static final String SOCKETS = "sockets";

    /// A u64 for each key, then one for the fallbacks.
    static final String COUNTERS = "counters";

    private static final int CONTEXT_HASH = 32;
    private static final int DROP = 0;
    private static final int PASS = 1;
    private static final int KEY = -4;

    private TableProgram() {}

    /// The policy `hash`: the kernel's own hash of the 4-tuple, modulo the number of live keys.
    ///
    /// A policy is the middle of the program. It finds the context in R6, the table's value in R7
    /// and n, which is not 0, in R8, keeps R6 and R7, and leaves any number in R1: what lies beyond
    /// the places is cut off.
    static List<Extended> hash() {
        return List.of(new Load(Width.WORD, R1, R6, CONTEXT_HASH), new Alu(Operation.MOD, R1, R8));
    }

    /// The whole program.
    ///
    /// @param keys the number of keys: the place of the fallback counter
    static ExtendedProgram of(List<Extended> policy, int keys) {
        List<Extended> lines = new ArrayList<>(findTable());
        lines.addAll(policy);
        lines.addAll(select());
        lines.addAll(count(keys));
        return new ExtendedProgram(lines);
    }

    private static List<Extended> findTable() {
        return List.of(
                new Move(R6, R1),
                new StoreConstant(Width.WORD, R10, KEY, 0),
                new LoadMap(R1, TABLE),
                new Move(R2, R10),
                new AluConstant(Operation.ADD, R2, KEY),
                new Call(Helper.MAP_LOOKUP_ELEM),
                new JumpIf(Condition.EQUAL, R0, 0, "pass"),
                new Move(R7, R0),
                new Load(Width.WORD, R8, R7, 0),
                new JumpIf(Condition.EQUAL, R8, 0, "drop"));
    }

    private static List<Extended> select() {
        return List.of(
                new AluConstant(Operation.AND, R1, TableValue.PLACES - 1),
                new AluConstant(Operation.LSH, R1, 2),
                new Alu(Operation.ADD, R7, R1),
                new Load(Width.WORD, R1, R7, Integer.BYTES),
                new Store(Width.WORD, R10, KEY, R1),
                new Move(R1, R6),
                new LoadMap(R2, SOCKETS),
                new Move(R3, R10),
                new AluConstant(Operation.ADD, R3, KEY),
                new MoveConstant(R4, 0),
                new Call(Helper.SK_SELECT_REUSEPORT));
    }

    private static List<Extended> count(int keys) {
        return List.of(
                new JumpIf(Condition.EQUAL, R0, 0, "count"),
                new StoreConstant(Width.WORD, R10, KEY, keys),
                new Label("count"),
                new LoadMap(R1, COUNTERS),
                new Move(R2, R10),
                new AluConstant(Operation.ADD, R2, KEY),
                new Call(Helper.MAP_LOOKUP_ELEM),
                new JumpIf(Condition.EQUAL, R0, 0, "pass"),
                new MoveConstant(R1, 1),
                new AtomicAdd(R0, 0, R1),
                new Label("pass"),
                new MoveConstant(R0, PASS),
                new Exit(),
                new Label("drop"),
                new MoveConstant(R0, DROP),
                new Exit());
    }
}
