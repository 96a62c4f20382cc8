package dev.berth.bpf;

import dev.berth.bpf.Cbpf.JumpIf;
import dev.berth.bpf.Cbpf.Load;
import dev.berth.bpf.Cbpf.Return;
import dev.berth.sys.Arch;
import dev.berth.sys.Errno;
import dev.berth.sys.Syscall;

import java.util.ArrayList;
import java.util.List;

/// Filters for seccomp(2): the listed system calls of one architecture get an answer, everything
/// else is allowed.
///
/// “Everything else” includes the calls of other architectures, which have other numbers, and those
/// of x32, whose numbers carry bit 30 and so match none of the listed calls. Both are rare enough
/// to ignore, and refusing them would break the program that makes them.
///
/// **Source:** seccomp(2), `linux/seccomp.h`.
public final class SeccompFilter {

    private static final int NUMBER = 0;
    private static final int ARCHITECTURE = 4;
    private static final int ALLOW = 0x7fff0000;
    private static final int USER_NOTIFICATION = 0x7fc00000;
    private static final int FAIL_WITH = 0x00050000;
    private static final int HIGHEST_ERRNO = 4095;

    private SeccompFilter() {}

    /// A filter that passes the listed calls to the supervisor that holds the listener.
    ///
    /// **Since:** Linux 5.0.
    public static long[] notify(Arch arch, List<Syscall> calls) {
        return listing(arch, calls, USER_NOTIFICATION).assemble();
    }

    /// A filter that makes the listed calls fail.
    public static long[] deny(Arch arch, List<Syscall> calls, Errno error) {
        if (error.number() > HIGHEST_ERRNO) {
            throw new IllegalArgumentException("errno=" + error.number() + ": maximum is 4095");
        }
        return listing(arch, calls, FAIL_WITH | error.number()).assemble();
    }

    static CbpfProgram listing(Arch arch, List<Syscall> calls, int answer) {
        if (calls.isEmpty()) {
            throw new IllegalArgumentException("a filter needs at least one call");
        }
        List<Cbpf> lines = new ArrayList<>();
        lines.add(new Load(Width.WORD, ARCHITECTURE));
        lines.add(new JumpIf(JumpCondition.EQUAL, arch.auditValue(), Cbpf.NEXT, "allow"));
        lines.add(new Load(Width.WORD, NUMBER));
        for (Syscall call : calls) {
            lines.add(new JumpIf(JumpCondition.EQUAL, call.number(arch), "answer", Cbpf.NEXT));
        }
        lines.add(new Label("allow"));
        lines.add(new Return(ALLOW));
        lines.add(new Label("answer"));
        lines.add(new Return(answer));
        return new CbpfProgram(lines);
    }
}
