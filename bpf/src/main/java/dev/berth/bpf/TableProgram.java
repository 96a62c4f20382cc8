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

import dev.berth.bpf.Ebpf.Alu;
import dev.berth.bpf.Ebpf.AluConstant;
import dev.berth.bpf.Ebpf.AtomicAdd;
import dev.berth.bpf.Ebpf.Call;
import dev.berth.bpf.Ebpf.Exit;
import dev.berth.bpf.Ebpf.JumpIf;
import dev.berth.bpf.Ebpf.Load;
import dev.berth.bpf.Ebpf.LoadMap;
import dev.berth.bpf.Ebpf.Move;
import dev.berth.bpf.Ebpf.MoveConstant;
import dev.berth.bpf.Ebpf.Store;
import dev.berth.bpf.Ebpf.StoreConstant;

import java.util.ArrayList;
import java.util.List;

/// The program behind a [SocketTable]: find the current table, pick a place in it, select the
/// socket whose key is there, count.
///
/// It runs for each new connection or datagram, and again when a connection in the queue of a
/// closed socket needs a new one. A table without keys drops the packet, so the client is refused.
/// A key without a socket is counted as a fallback and left to the kernel's hash.
final class TableProgram {

    /// A u32: the index of the current table.
    static final String CURRENT = "current";

    /// [TableValue]s.
    static final String TABLES = "tables";

    /// The sockets by key.
    static final String SOCKETS = "sockets";

    /// A u64 for each key, then one for the fallbacks.
    static final String COUNTERS = "counters";

    private static final int DROP = 0;
    private static final int PASS = 1;
    private static final int KEY = -4;

    private TableProgram() {}

    /// Builds the whole program.
    ///
    /// @param picks how a place is picked: see [SelectionCode]
    /// @param keys the number of keys: the position of the fallback counter
    static EbpfProgram of(List<Ebpf> picks, int keys) {
        List<Ebpf> lines = new ArrayList<>();
        lines.add(new Move(R6, R1));
        lines.addAll(findTable());
        lines.addAll(picks);
        lines.addAll(select());
        lines.addAll(count(keys));
        return new EbpfProgram(lines);
    }

    private static List<Ebpf> findTable() {
        List<Ebpf> lines = new ArrayList<>();
        lines.add(new StoreConstant(Width.WORD, R10, KEY, 0));
        lines.addAll(lookUp(CURRENT));
        lines.add(new Load(Width.WORD, R1, R0, 0));
        lines.add(new Store(Width.WORD, R10, KEY, R1));
        lines.addAll(lookUp(TABLES));
        lines.add(new Move(R7, R0));
        lines.add(new Load(Width.WORD, R8, R7, TableValue.COUNT));
        lines.add(new JumpIf(JumpCondition.EQUAL, R8, 0, "drop"));
        return lines;
    }

    /// R0 = the address of the value for the key on the stack.
    private static List<Ebpf> lookUp(String map) {
        return List.of(
                new LoadMap(R1, map),
                new Move(R2, R10),
                new AluConstant(AluOperation.ADD, R2, KEY),
                new Call(Helper.MAP_LOOKUP_ELEM),
                new JumpIf(JumpCondition.EQUAL, R0, 0, "pass"));
    }

    private static List<Ebpf> select() {
        return List.of(
                new AluConstant(AluOperation.AND, R1, TableValue.PLACES - 1),
                new AluConstant(AluOperation.LSH, R1, 2),
                new Alu(AluOperation.ADD, R7, R1),
                new Load(Width.WORD, R1, R7, TableValue.KEYS),
                new Store(Width.WORD, R10, KEY, R1),
                new Move(R1, R6),
                new LoadMap(R2, SOCKETS),
                new Move(R3, R10),
                new AluConstant(AluOperation.ADD, R3, KEY),
                new MoveConstant(R4, 0),
                new Call(Helper.SK_SELECT_REUSEPORT));
    }

    private static List<Ebpf> count(int keys) {
        List<Ebpf> lines = new ArrayList<>();
        lines.add(new JumpIf(JumpCondition.EQUAL, R0, 0, "count"));
        lines.add(new StoreConstant(Width.WORD, R10, KEY, keys));
        lines.add(new Label("count"));
        lines.addAll(lookUp(COUNTERS));
        lines.addAll(
                List.of(
                        new MoveConstant(R1, 1),
                        new AtomicAdd(R0, 0, R1),
                        new Label("pass"),
                        new MoveConstant(R0, PASS),
                        new Exit(),
                        new Label("drop"),
                        new MoveConstant(R0, DROP),
                        new Exit()));
        return lines;
    }
}
