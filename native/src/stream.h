// Kernels in line. While the stream is open, what JavaScript calls is put in line, and a thread of its own runs it in that
// order while the event loop goes on. JavaScript is one of the threads: until it closes the stream, kernels have one fewer.
// (With all of them it would fight for a core, and kernels would wait for the thread that lost.) Where there is but one
// thread, the line waits until it is closed. All this is for JavaScript's thread; only the kernels are not.
#pragma once
#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace inkstone {
namespace stream {

/** From here on calls are put in line. */
void open();
/** All threads run what is in line; from here on calls run at once again, after it. */
void close();
bool isOpen();
/** Whether something in line has not run yet. */
bool busy();
/** Returns when all that is in line has run. */
void drain();

/** Something in line. */
struct Task {
  /** Runs it, then ends its life. */
  void (*run)(Task*);
};

/** Memory for a task, given back when the line is empty. */
void* room(size_t bytes);
/** Puts a task, which lies in `room`, in line. */
void push(Task* task);

/** Puts `body` in line, open or not. */
template <class F>
void enqueue(F body) {
  struct Held : Task {
    F body;
    explicit Held(F&& given) : Task{run}, body(std::move(given)) {}
    static void run(Task* task) {
      auto* self = static_cast<Held*>(task);
      self->body();
      self->~Held();
    }
  };
  static_assert(alignof(Held) <= alignof(std::max_align_t), "room is not aligned for more");
  push(new (room(sizeof(Held))) Held(std::move(body)));
}

}  // namespace stream

/** Runs a kernel: at once, or in line while the stream is open. It must own, or JavaScript must keep, what it reads. */
template <class F>
void launch(F kernel) {
  if (stream::isOpen()) return stream::enqueue(std::move(kernel));
  if (stream::busy()) stream::drain();
  kernel();
}

}  // namespace inkstone
