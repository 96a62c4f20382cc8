package dev.berth.sys;

/// Seccomp filters for tests.
final class Filters {
    private static final int RETURN_ALLOW = 0x7fff_0000;
    private static final int RETURN_NOTIFY = 0x7fc0_0000;
    private static final int RETURN_ERRNO = 0x0005_0000;

    private static final int LOAD_WORD = 0x20;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int RETURN = 0x06;
    private static final int NUMBER_OFFSET = 0;
    private static final int ARCH_OFFSET = 4;

    private Filters() {}

    static long[] notify(Syscall... calls) {
        return filter(RETURN_NOTIFY, calls);
    }

    static long[] deny(Errno errno, Syscall... calls) {
        return filter(RETURN_ERRNO | errno.number(), calls);
    }

    private static long[] filter(int action, Syscall... calls) {
        int n = calls.length;
        long[] program = new long[n + 5];
        program[0] = instruction(LOAD_WORD, 0, 0, ARCH_OFFSET);
        program[1] = instruction(JUMP_IF_EQUAL, 0, n + 1, Arch.current().auditValue());
        program[2] = instruction(LOAD_WORD, 0, 0, NUMBER_OFFSET);
        for (int i = 0; i < n; i++) {
            program[3 + i] = instruction(JUMP_IF_EQUAL, n - i, 0, calls[i].number());
        }
        program[3 + n] = instruction(RETURN, 0, 0, RETURN_ALLOW);
        program[4 + n] = instruction(RETURN, 0, 0, action);
        return program;
    }

    private static long instruction(int code, int jumpTrue, int jumpFalse, int k) {
        return code | jumpTrue << 16 | (long) jumpFalse << 24 | (long) k << 32;
    }
}
