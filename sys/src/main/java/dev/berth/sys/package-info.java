/// libc and system calls through `java.lang.foreign`: the only package that calls the kernel.
///
/// **Shape.** One class per family of man pages. A method that has the name of a C function takes
/// the arguments of that function in its order and returns its value, or **−errno** when it failed;
/// `EINTR` is retried inside. Methods with other names throw an [dev.berth.sys.ErrnoException]. No
/// `MemorySegment` leaves this package: arguments and results are numbers, byte arrays and records.
///
/// **Threads.** No method hops threads. A system call acts on the calling thread where the kernel
/// says so: `setresuid`, `unshare`, `setns` and `seccomp` change that one thread only, unlike the
/// functions of libc with the same names. Call them on platform threads that nobody else uses.
///
/// **Elsewhere.** On a system that is not Linux on x86-64 or aarch64, every call is answered with
/// `-ENOSYS` and touches nothing.
@NullMarked
package dev.berth.sys;

import org.jspecify.annotations.NullMarked;
