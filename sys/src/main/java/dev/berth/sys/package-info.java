/// libc and system calls through `java.lang.foreign`: the only package that calls the kernel.
///
/// **Shape.** There is one class per family of man pages. A method with the name of a C function
/// takes that function's arguments in their order and returns its value, or **−errno** if it
/// failed; `EINTR` is retried inside. Methods with other names throw an
/// [dev.berth.sys.ErrnoException]. No `MemorySegment` leaves this package: arguments and results
/// are numbers, byte arrays and records.
///
/// **Threads.** No method hops threads. A system call acts on the calling thread where the kernel
/// says so: `setresuid`, `unshare`, `setns` and `seccomp` change that one thread only, unlike the
/// libc functions with the same names. Call them on platform threads that nothing else uses.
///
/// **Other platforms.** On anything but Linux on x86-64 or aarch64, every call returns `-ENOSYS`
/// and touches nothing.
@NullMarked
package dev.berth.sys;

import org.jspecify.annotations.NullMarked;
